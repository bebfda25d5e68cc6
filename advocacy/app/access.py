"""Who may do what: one table, and the guard that reads it."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from urllib.parse import urlencode

from flask import Flask, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.app.expired import expired_page, owed_page
from advocacy.config import Settings
from advocacy.people.rules import Role
from advocacy.web.addresses import parts_of
from advocacy.web.user import current_user


class Who(Enum):
    """Who may use a route."""

    ANYBODY = frozenset[Role]()
    PEOPLE = frozenset(Role)
    MANAGERS = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
    ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


ACCESS: Mapping[str, Who] = MappingProxyType(
    {
        "static": Who.ANYBODY,
        "health.healthz": Who.ANYBODY,
        # signing in
        "auth.sign_in_page": Who.ANYBODY,
        "auth.sign_in": Who.ANYBODY,
        "auth.second_step_page": Who.ANYBODY,
        "auth.second_step": Who.ANYBODY,
        "auth.passkey_sign_in": Who.ANYBODY,
        "auth.forgotten_page": Who.ANYBODY,
        "auth.forgotten": Who.ANYBODY,
        "auth.forgotten_sent": Who.ANYBODY,
        "auth.welcome": Who.ANYBODY,
        "auth.use_welcome": Who.ANYBODY,
        "auth.sign_out": Who.PEOPLE,
        "auth.password_page": Who.PEOPLE,
        "auth.change_password": Who.PEOPLE,
        # one's own account
        "account.account": Who.PEOPLE,
        "account.end_sign_in": Who.PEOPLE,
        "account.ask_for_email": Who.PEOPLE,
        "account.confirm_page": Who.ANYBODY,
        "account.confirm": Who.ANYBODY,
        "account.authenticator_page": Who.PEOPLE,
        "account.add_authenticator": Who.PEOPLE,
        "account.passkey_page": Who.PEOPLE,
        "account.add_passkey": Who.PEOPLE,
        "account.change_factors": Who.PEOPLE,
        "account.terms_page": Who.PEOPLE,
        "account.accept_terms": Who.PEOPLE,
        # the rules
        "rulebook.rules": Who.MANAGERS,
        "rulebook.try_": Who.MANAGERS,
        "rulebook.set_": Who.MANAGERS,
        # the first page, and one's own growth
        "home.today": Who.ANYBODY,  # shows the sign-in page to who is not signed in
        "home.growth": Who.PEOPLE,
        "home.switch_ranking": Who.PEOPLE,
        "home.kept": Who.PEOPLE,
        "asked.question": Who.PEOPLE,  # asked of oneself
        "asked.answer": Who.PEOPLE,
        # conversations and people: always one's own
        "conversations.log_page": Who.PEOPLE,
        "conversations.log": Who.PEOPLE,
        "conversations.correct_page": Who.PEOPLE,
        "conversations.correct": Who.PEOPLE,
        "conversations.answered_page": Who.PEOPLE,
        "conversations.answered": Who.PEOPLE,
        "conversations.unmark_answered": Who.PEOPLE,
        "relationships.take_back": Who.PEOPLE,
        "confirmations.ask_page": Who.PEOPLE,
        "confirmations.ask": Who.PEOPLE,
        "confirmed.question": Who.ANYBODY,
        "confirmed.answer": Who.ANYBODY,
        "confirmed.forget_page": Who.ANYBODY,
        "confirmed.forget": Who.ANYBODY,
        "relationships.people": Who.PEOPLE,
        "relationships.search": Who.PEOPLE,
        "relationships.add_page": Who.PEOPLE,
        "relationships.add": Who.PEOPLE,
        "relationships.card": Who.PEOPLE,
        "relationships.change_page": Who.PEOPLE,
        "relationships.change": Who.PEOPLE,
        "relationships.drop_name": Who.PEOPLE,
        "relationships.merge_page": Who.PEOPLE,
        "relationships.merge": Who.PEOPLE,
        # the library
        "library.items": Who.PEOPLE,
        "library.item": Who.PEOPLE,
        "library.make_link": Who.PEOPLE,
        "library.posted": Who.PEOPLE,
        "library.take_back": Who.PEOPLE,
        "library.new_page": Who.MANAGERS,
        "library.new": Who.MANAGERS,
        "library.edit_page": Who.MANAGERS,
        "library.edit": Who.MANAGERS,
        "library.publish": Who.MANAGERS,
        "library.archive": Who.MANAGERS,
        "shares.follow": Who.ANYBODY,
        # staff profiles
        "people.profile": Who.PEOPLE,
        "people.change_profile": Who.PEOPLE,
        "people.agree": Who.PEOPLE,
        "people.withdraw": Who.PEOPLE,
        "people.proposed_photo": Who.PEOPLE,
        "people.profiles": Who.PEOPLE,
        "people.profile_of": Who.PEOPLE,
        "people.photo_of": Who.PEOPLE,
        "people.propose_page": Who.MANAGERS,
        "people.propose": Who.MANAGERS,
        # the manager's pages
        "leaderboard.board": Who.MANAGERS,
        "leaderboard.balance": Who.MANAGERS,
        "leaderboard.person": Who.MANAGERS,
        "questions.all_": Who.MANAGERS,
        "questions.ask_page": Who.MANAGERS,
        "questions.ask": Who.MANAGERS,
        "questions.question": Who.MANAGERS,
        "questions.decide": Who.MANAGERS,
        "questions.restore": Who.MANAGERS,
        "corrections.put_right_page": Who.MANAGERS,
        "corrections.put_right_": Who.MANAGERS,
        "recognition.months": Who.MANAGERS,
        "recognition.month": Who.MANAGERS,
        "recognition.close_page": Who.MANAGERS,
        "recognition.close": Who.MANAGERS,
        "recognition.export": Who.MANAGERS,
        # the programme
        "admin.programme": Who.ADMINISTRATORS,
        "admin.people": Who.ADMINISTRATORS,
        "admin.add_person_page": Who.ADMINISTRATORS,
        "admin.add_person": Who.ADMINISTRATORS,
        "admin.person": Who.ADMINISTRATORS,
        "admin.change_person": Who.ADMINISTRATORS,
        "admin.deactivate": Who.ADMINISTRATORS,
        "admin.activate": Who.ADMINISTRATORS,
        "admin.link": Who.ADMINISTRATORS,
        "admin.invite": Who.ADMINISTRATORS,
        "admin.invite_all": Who.ADMINISTRATORS,
        "admin.withdraw_invitation": Who.ADMINISTRATORS,
        "admin.forget_factors": Who.ADMINISTRATORS,
        "admin.terms": Who.ADMINISTRATORS,
        "admin.publish_terms": Who.ADMINISTRATORS,
        "admin.teams": Who.ADMINISTRATORS,
        "admin.add_team": Who.ADMINISTRATORS,
        "admin.rename_team": Who.ADMINISTRATORS,
        "admin.settings_page": Who.ADMINISTRATORS,
        "admin.settings": Who.ADMINISTRATORS,
        "admin.audit": Who.ADMINISTRATORS,
        "admin.audit_table": Who.ADMINISTRATORS,
        "admin.work": Who.ADMINISTRATORS,
        "admin.try_letters": Who.ADMINISTRATORS,
    }
)


_FIRST_THINGS = ("auth.", "account.", "people.photo_of", "home.kept")
"""What stays open to who still owes a second step or a yes to the terms."""


def init_app(app: Flask) -> None:
    """Let nobody in whom the table does not name, and lead first to what is still owed."""

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        if request.method == "POST" and _is_from_elsewhere():
            abort(403)
        if request.endpoint is None:
            return None  # no such page: 404 or 405, whoever asks
        who = ACCESS.get(request.endpoint)
        if who is Who.ANYBODY and request.endpoint != "home.today":
            return None
        if who is not Who.ANYBODY:
            if not current_user.is_authenticated:
                return _sign_in_first()
            if who is None or current_user.role not in who.value:
                abort(403)
        return _first_things() if current_user.is_authenticated else None


def _first_things() -> ResponseReturnValue | None:
    if (request.endpoint or "").startswith(_FIRST_THINGS):
        return None
    if not (current_user.owes_factor or current_user.owes_terms):
        return None
    if request.method == "POST":
        return owed_page()
    if current_user.owes_factor:
        return redirect("/account?" + urlencode({"first": "second-step"}))
    return redirect("/terms?" + urlencode({"next": _here()}))


def _here() -> str:
    """Return the page that was asked for."""
    return request.full_path if request.query_string else request.path


def _is_from_elsewhere() -> bool:
    """Tell whether another site sends this form: not even its answer may touch our cookie."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return True
    origin = request.headers.get("Origin")
    settings: Settings = current_app.config["ADVOCACY"]
    ours = {request.host, parts_of(settings.base_url).netloc}
    return origin is not None and origin != "null" and parts_of(origin).netloc not in ours


def _sign_in_first() -> ResponseReturnValue:
    if request.method == "POST":
        return expired_page()
    if request.headers.get("X-Sheet"):
        return render_template("errors/signed_out.html"), 401
    return redirect("/sign-in?" + urlencode({"next": _here()}))
