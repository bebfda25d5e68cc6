"""Signing in and out, one-time links, and one's password."""

from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlencode

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.auth import actions, login, queries
from advocacy.auth.forms import (
    ForgottenForm,
    PasskeyForm,
    PasswordForm,
    SecondStepForm,
    SetUpForm,
    SignInForm,
    WelcomeForm,
)
from advocacy.auth.letters import post_link
from advocacy.auth.rules import Purpose, Throttled
from advocacy.config import Settings
from advocacy.core.errors import DomainError, Invalid, NotFound, TooMany
from advocacy.core.time import day_of, now, time_zones
from advocacy.factors import passkeys
from advocacy.factors.actions import use_code, use_passkey
from advocacy.factors.queries import factors_of
from advocacy.people.actions import add_person
from advocacy.people.models import Person
from advocacy.people.queries import find_person_by_email, get_person, has_administrator
from advocacy.people.rules import Role
from advocacy.programme.actions import describe
from advocacy.programme.queries import get_programme
from advocacy.web.addresses import own_address
from advocacy.web.forms import show_error
from advocacy.web.sent_forms import holding_nothing, is_first_use
from advocacy.web.session import database, db, let_go, short_write
from advocacy.web.user import current_user

blueprint = Blueprint("auth", __name__)


def _next_page() -> str:
    """Return where to go after signing in: only ever a page of ours."""
    return own_address(request.args.get("next"), "/")


def _with_next(address: str) -> str:
    wanted = _next_page()
    return address if wanted == "/" else f"{address}?{urlencode({'next': wanted})}"


@blueprint.get("/sign-in")
def sign_in_page() -> ResponseReturnValue:
    """Show the sign-in page."""
    if current_user.is_authenticated:
        return redirect("/")
    return show_sign_in(SignInForm())


def show_sign_in(form: SignInForm, status: int = 200) -> ResponseReturnValue:
    """Render the sign-in page, or the word that the first set-up is still to come."""
    if not has_administrator(db()):
        return render_template("auth/not_yet.html"), status
    asked = ""
    if (here := login.site()) is not None:
        asked, challenge = passkeys.ask_to_prove(here)
        login.keep_challenge(challenge)
    return render_template(
        "auth/sign_in.html", form=form, passkey_form=PasskeyForm(), asked=asked, next=_next_page()
    ), status


@blueprint.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Sign in, or go on to the second step."""
    form = SignInForm()
    if not form.validate():
        return show_sign_in(form, 422)
    email, password = form.email.data or "", form.password.data or ""
    counted = login.counted_for(email)
    try:
        _begin_attempt(counted)
    except TooMany as error:
        return _show_to_wait(form, error)
    with database().reading() as reading:
        person = actions.check_credentials(reading, email, password)
        set_at = queries.password_set_at(reading, person.id) if person else None
    if person is None or set_at != queries.password_set_at(db(), person.id, is_held=True):
        let_go()
        with short_write() as refused:
            known = find_person_by_email(refused, email)
            about = known.id if known else None
            note(refused, Action.SIGN_IN_REFUSED, actor_id=None, subject_id=about, now=now())
        form.password.errors = ["Address and password do not go together."]
        return show_sign_in(form, 422)
    actions.forgive(db(), counted)
    actions.renew_hash(db(), person.id, password)
    return _go_in(person)


def _begin_attempt(counted: Sequence[tuple[Throttled, str]]) -> None:
    """Count an attempt, whatever the answer will be."""
    let_go()
    with short_write() as attempt:
        actions.begin_attempt(attempt, counted, now())


def _show_to_wait(form: SignInForm, error: TooMany) -> ResponseReturnValue:
    answer = current_app.make_response(show_sign_in(show_error(form, error), 429))
    answer.headers["Retry-After"] = str(error.seconds)
    return answer


def _go_in(person: Person) -> ResponseReturnValue:
    """Let in who gave the right password, after a second step where there is one."""
    if factors_of(db(), person.id):
        login.begin_half(db(), person)
        return redirect(_with_next(url_for("auth.second_step_page")))
    return _let_in(person, "password")


def _let_in(person: Person, by: str) -> ResponseReturnValue:
    to = _next_page()
    login.sign_in(db(), get_person(db(), person.id))
    note(db(), Action.SIGNED_IN, actor_id=person.id, detail=by, now=now())
    return redirect(to)


@blueprint.get("/sign-in/second")
def second_step_page() -> ResponseReturnValue:
    """Ask for the second step."""
    person_id = login.half_signed_in()
    if person_id is None:
        return redirect(_with_next(url_for("auth.sign_in_page")))
    return _show_second_step(person_id, SecondStepForm())


def _show_second_step(
    person_id: int, form: SecondStepForm, status: int = 200
) -> ResponseReturnValue:
    factors = factors_of(db(), person_id)
    asked = ""
    if factors.passkeys and (here := login.site()) is not None:
        asked, challenge = passkeys.ask_to_prove(here, factors.passkeys)
        login.keep_challenge(challenge)
    return render_template(
        "auth/second_step.html",
        form=form,
        passkey_form=PasskeyForm(),
        asked=asked,
        factors=factors,
        next=_next_page(),
    ), status


@blueprint.post("/sign-in/second")
def second_step() -> ResponseReturnValue:
    """Take the second step with a code."""
    person_id = login.half_signed_in()
    if person_id is None:
        flash("That took too long. Sign in again.", "caution")
        return redirect(_with_next(url_for("auth.sign_in_page")))
    form = SecondStepForm()
    if not form.validate():
        return _show_second_step(person_id, form, 422)
    counted = [
        (what, f"second step of {key}")
        for what, key in login.account_counted_for(get_person(db(), person_id).email)
    ]
    try:
        _begin_attempt(counted)
        recovered = use_code(db(), person_id, form.code.data or "", now())
    except TooMany as error:
        return _show_second_step(person_id, show_error(form, error, {"": "code"}), 429)
    except Invalid as error:
        let_go()
        with short_write() as refused:
            note(refused, Action.SECOND_STEP_REFUSED, actor_id=person_id, now=now())
        return _show_second_step(person_id, show_error(form, error), 422)
    person = get_person(db(), person_id)
    if person.deactivated_at is not None or login.half_signed_in(is_held=True) is None:
        raise NotFound("This sign-in is not open any more.")
    actions.forgive(db(), counted)
    answer = _let_in(person, "recovery code" if recovered else "authenticator")
    if recovered:
        left = factors_of(db(), person_id).recovery_codes
        flash(f"A recovery code is used up; {left} are left.", "caution")
    return answer


@blueprint.post("/sign-in/passkey")
def passkey_sign_in() -> ResponseReturnValue:
    """Sign in with a passkey: it is something one has and something one is or knows."""
    here = login.site()
    if here is None:
        raise NotFound("Passkeys need an https address.")
    form, counted = PasskeyForm(), [login.network_counted_for()]
    try:
        _begin_attempt(counted)
        challenge = login.kept_challenge()
        if not form.validate():
            raise Invalid(" ".join(form.answer.errors), field="answer")
        person_id = use_passkey(
            db(), here, answer=form.answer.data or "", challenge=challenge, now=now()
        )
        person = get_person(db(), person_id)
        if person.deactivated_at is not None:
            raise Invalid("We do not know that passkey. Use another way.", field="answer")
        if not is_first_use(db(), challenge, now()):
            raise Invalid("That was used before. Try again.", field="answer")
    except TooMany as error:
        return _show_to_wait(SignInForm(formdata=None), error)
    except Invalid as error:
        let_go()
        with short_write() as refused:
            note(refused, Action.SIGN_IN_REFUSED, actor_id=None, detail="passkey", now=now())
        return show_sign_in(show_error(SignInForm(formdata=None), error), 422)
    actions.forgive(db(), counted)
    return _let_in(person, "passkey")


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out on this device."""
    note(db(), Action.SIGNED_OUT, actor_id=current_user.id, now=now())
    login.sign_out(db(), current_user)
    flash("You are signed out.")
    return redirect(url_for("auth.sign_in_page"))


@blueprint.get("/forgotten")
def forgotten_page() -> ResponseReturnValue:
    """Show the form for who forgot the password."""
    return _show_forgotten(ForgottenForm())


def _show_forgotten(form: ForgottenForm, status: int = 200) -> ResponseReturnValue:
    return render_template("auth/forgotten.html", form=form), status


@blueprint.post("/forgotten")
def forgotten() -> ResponseReturnValue:
    """Send a link for another password, and answer the same whoever asks."""
    form = ForgottenForm()
    if not form.validate():
        return _show_forgotten(form, 422)
    email = form.email.data or ""
    try:
        _begin_attempt([(what, f"forgotten {key}") for what, key in login.counted_for(email)])
    except TooMany as error:
        return _show_forgotten(show_error(form, error), 429)
    person = find_person_by_email(db(), email)
    if person is not None and person.deactivated_at is None:
        code = actions.make_link(db(), person.id, now(), purpose=Purpose.FORGOTTEN, by_mail=True)
        with suppress(Invalid):  # an address that takes no letter is answered like any other
            post_link(db(), person, code, "forgotten")
        note(db(), Action.LINK_MADE, actor_id=None, subject_id=person.id, now=now())
    return redirect(url_for("auth.forgotten_sent"))


@blueprint.get("/forgotten/sent")
def forgotten_sent() -> ResponseReturnValue:
    """Say what was done, the same to everybody."""
    settings: Settings = current_app.config["ADVOCACY"]
    return render_template("auth/forgotten_sent.html", sends=settings.mail_url is not None)


@blueprint.get("/welcome/<code>")
def welcome(code: str) -> ResponseReturnValue:
    """Show what a one-time link is for: choosing a password, or the first set-up."""
    link = queries.find_link(db(), code, now())
    if link is None or (link.person_id is None and has_administrator(db())):
        raise NotFound("This link was used already or is too old. Ask for a new one.")
    if link.person_id is None:
        return _show_set_up(SetUpForm(time_zone=get_programme(db()).time_zone))
    person = get_person(db(), link.person_id)
    return render_template("auth/welcome.html", form=WelcomeForm(), person=person)


def _show_set_up(form: SetUpForm, status: int = 200) -> ResponseReturnValue:
    return render_template("auth/set_up.html", form=form, zones=time_zones()), status


@blueprint.post("/welcome/<code>")
def use_welcome(code: str) -> ResponseReturnValue:
    """Choose a password by a one-time link, or set the programme up; then be signed in."""
    form = WelcomeForm()
    link = queries.find_link(db(), code, now())
    made = _made_of(form) if link and link.person_id else None
    person_id = actions.use_link(db(), code, now())
    if person_id is None:
        return _set_up()
    person = get_person(db(), person_id)
    if person.deactivated_at is not None:
        raise NotFound("This link was used already or is too old. Ask for a new one.")
    try:
        if form.validate():
            actions.set_password(db(), person.id, form.password.data or "", now(), made=made)
            note(db(), Action.PASSWORD_SET, actor_id=person.id, subject_id=person.id, now=now())
            actions.forgive(db(), [(Throttled.ACCOUNT, person.email)])
            return _go_in(person)
    except Invalid as error:
        show_error(form, error)
    return render_template("auth/welcome.html", form=form, person=person), 422


def _made_of(form: WelcomeForm | PasswordForm) -> str | None:
    """Hash the password that a form brings, None when it brings none; nobody waits meanwhile."""
    if not form.validate():
        return None
    with holding_nothing():
        return actions.hash_slowly(form.password.data or "")


def _set_up() -> ResponseReturnValue:
    form = SetUpForm()
    if not form.validate():
        return _show_set_up(form, 422)
    programme = get_programme(db())
    fields = {"name": "programme"}
    try:
        describe(programme, name=form.programme.data or "", time_zone=form.time_zone.data or "")
        fields = {}  # from here on a name is the person's
        person = add_person(
            db(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role.ADMINISTRATOR,
            joined=day_of(now(), programme.time_zone),
            now=now(),
        )
        actions.set_password(db(), person.id, form.password.data or "", now())
    except DomainError as error:
        db().rollback()
        return _show_set_up(show_error(form, error, fields), 422)
    at, number = now(), person.id
    note(
        db(),
        Action.PERSON_ADDED,
        actor_id=number,
        subject_id=number,
        detail=person.role,
        now=at,
    )
    note(db(), Action.PASSWORD_SET, actor_id=number, subject_id=number, now=at)
    note(db(), Action.SIGNED_IN, actor_id=number, detail="password", now=at)
    login.sign_in(db(), person)
    flash(f"Welcome to {programme.name}. You are its administrator.")
    return redirect("/")


@blueprint.get("/password")
def password_page() -> ResponseReturnValue:
    """Show the form for a new password."""
    return render_template("auth/password.html", form=PasswordForm())


@blueprint.post("/password")
def change_password() -> ResponseReturnValue:
    """Change one's password; every other device is signed out."""
    form = PasswordForm()
    person = current_user.person
    made = _made_of(form)
    is_valid = form.validate()
    if not form.current.errors and (why := login.refused_proof(form.current.data or "")):
        form.current.errors = [why]
    elif is_valid:
        try:
            actions.set_password(db(), person.id, form.password.data or "", now(), made=made)
        except Invalid as error:
            show_error(form, error)
        else:
            note(db(), Action.PASSWORD_SET, actor_id=person.id, subject_id=person.id, now=now())
            login.sign_in(db(), person)
            flash("Your password is changed. Other devices are signed out.")
            return redirect("/profile")
    return render_template("auth/password.html", form=form), 422
