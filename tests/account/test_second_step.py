"""The second step: adding it, taking it, losing it, and requiring it."""

from datetime import UTC, datetime, timedelta

import pyotp
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from advocacy.audit.models import Event
from advocacy.audit.rules import Action
from advocacy.auth.models import Attempts, SignIn
from advocacy.core.database import Database
from advocacy.factors.models import Authenticator
from advocacy.programme.queries import get_programme
from tests.account.letters import letters_to, link_in
from tests.portal import PASSWORD, Caller, read, settle_in, wrong


def add_app(visitor: Caller) -> tuple[str, list[str]]:
    """Add an authenticator app. Return its secret and the recovery codes that are shown."""
    form = visitor.form("/account/authenticator")
    with visitor.client.session_transaction() as cookie:
        secret = str(cookie["authenticator_secret"])
    typed = {**form, "code": pyotp.TOTP(secret).now(), "current": PASSWORD}
    answer = visitor.post("/account/authenticator", typed)
    assert answer.location == "/account#codes", answer.text
    codes = [one.text for one in visitor.page("/account").select("#codes li")]
    assert visitor.page("/account").select("#codes") == []  # shown once
    return secret, codes


def code_after_next(secret: str) -> str:
    """Return a code that no earlier step has used up."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))


def take(visitor: Caller, code: str) -> TestResponse:
    assert visitor.sign_in("avi@example.com").location == "/sign-in/second"
    assert not visitor.is_signed_in()
    return visitor.send("/sign-in/second", {"code": code})


def test_signing_in_takes_two_steps_from_then_on(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    visitor, elsewhere = Caller(app, "avi"), Caller(app, "avi")
    secret, codes = add_app(visitor)
    assert len(set(codes)) == 10
    assert visitor.is_signed_in()
    assert not elsewhere.is_signed_in()  # whoever has only the password is out
    other = Caller(app)
    assert "not right" in wrong(take(other, "000000"), "code")
    assert other.send("/sign-in/second", {"code": code_after_next(secret)}).location == "/"
    assert other.is_signed_in()


def test_a_code_works_once(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    secret, codes = add_app(Caller(app, "avi"))
    code = code_after_next(secret)
    assert take(Caller(app), code).status_code == 302
    assert take(Caller(app), code).status_code == 422
    assert take(Caller(app), codes[3].upper()).status_code == 302
    assert take(Caller(app), codes[3]).status_code == 422
    assert take(Caller(app), codes[4]).status_code == 302


def test_guessing_codes_has_to_wait(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    secret, _ = add_app(Caller(app, "avi"))
    visitor = Caller(app)
    visitor.sign_in("avi@example.com")
    answers = [visitor.send("/sign-in/second", {"code": "000000"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert visitor.send("/sign-in/second", {"code": code_after_next(secret)}).status_code == 429
    with fresh_database.writing() as session:  # time goes by
        for one in session.query(Attempts):
            one.last_at -= timedelta(hours=1)
    assert visitor.send("/sign-in/second", {"code": code_after_next(secret)}).location == "/"


def test_a_stranger_who_guesses_codes_keeps_the_owners_device_not_out(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database)
    owner, stranger = Caller(app), Caller(app)
    owner.sign_in("avi@example.com")
    secret, _ = add_app(owner)
    owner.send("/profile", action="/sign-out")
    stranger.sign_in("avi@example.com")  # knows the password
    answers = [stranger.send("/sign-in/second", {"code": "000000"}).status_code for _ in range(6)]
    assert answers[-1] == 429
    assert take(owner, code_after_next(secret)).location == "/"


def test_another_password_ends_what_is_half_way_in(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    owner, stranger = Caller(app, "avi"), Caller(app)
    secret, _ = add_app(owner)
    stranger.sign_in("avi@example.com")
    form = stranger.form("/sign-in/second")
    new = {"password": "another phrase", "repeated": "another phrase"}
    assert owner.send("/password", {"current": PASSWORD, **new}).status_code == 302
    assert stranger.get("/sign-in/second").location == "/sign-in"
    typed = {**form, "code": code_after_next(secret)}
    assert stranger.post("/sign-in/second", typed).location == "/sign-in"
    assert not stranger.is_signed_in()


def test_the_second_step_has_to_follow_the_first(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    secret, _ = add_app(Caller(app, "avi"))
    stranger = Caller(app)
    assert stranger.get("/sign-in/second").location == "/sign-in"
    typed = {**stranger.form("/sign-in"), "code": code_after_next(secret)}
    assert stranger.post("/sign-in/second", typed).location == "/sign-in"
    assert not stranger.is_signed_in()


def test_a_wrong_code_or_password_adds_nothing(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    visitor = Caller(app, "avi")
    form = visitor.form("/account/authenticator")
    with visitor.client.session_transaction() as cookie:
        code = pyotp.TOTP(str(cookie["authenticator_secret"])).now()
    refused = visitor.post("/account/authenticator", {**form, "code": code, "current": "not it"})
    assert wrong(refused, "current") == "That is not your password now."
    form = {**form, "form_key": "another", "code": "12345", "current": PASSWORD}
    assert "not right" in wrong(visitor.post("/account/authenticator", form), "code")
    with fresh_database.reading() as session:
        assert session.get(Authenticator, ids["avi"]) is None
    form = {**form, "form_key": "a third", "code": code}
    assert visitor.post("/account/authenticator", form).status_code == 302  # the same picture


def test_it_is_removed_with_the_password(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    visitor = Caller(app, "avi")
    _, codes = add_app(visitor)
    remove = {"what": "authenticator"}
    form = visitor.form("/account", "/account/second-step")
    refused = visitor.post("/account/second-step", {**form, **remove, "current": "no"})
    assert refused.status_code == 422
    form = visitor.form("/account", "/account/second-step")
    visitor.post("/account/second-step", {**form, **remove, "current": PASSWORD})
    assert Caller(app).sign_in("avi@example.com").location == "/"
    assert codes[0] not in visitor.get("/account").text


def test_an_administrator_takes_it_away_from_who_lost_it(
    app: Flask, fresh_database: Database
) -> None:
    ids = settle_in(fresh_database)
    visitor = Caller(app, "avi")
    add_app(visitor)
    page = f"/programme/people/{ids['avi']}"
    Caller(app, "ada").send(page, action=f"{page}/factors")
    assert not visitor.is_signed_in()
    assert Caller(app).sign_in("avi@example.com").location == "/"


def test_where_it_is_required_managers_add_it_first(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    manager, advocate = Caller(app, "mina"), Caller(app, "avi")
    with fresh_database.writing() as session:
        get_programme(session).second_step_required = True
    for path in ("/", "/leaderboard", "/profile"):
        assert manager.get(path).location == "/account?first=second-step"
    assert "needs a second step" in read(manager.get("/account")).text
    assert advocate.get("/").status_code == 200
    add_app(manager)
    assert manager.get("/leaderboard").status_code == 200


def test_a_forgotten_password_does_not_skip_it(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    add_app(Caller(app, "avi"))
    visitor = Caller(app)
    visitor.send("/forgotten", {"email": "avi@example.com"})
    path = link_in(letters_to(fresh_database, "avi@example.com")[0])
    answer = visitor.send(path, {"password": "another phrase", "repeated": "another phrase"})
    assert answer.location == "/sign-in/second"
    assert not visitor.is_signed_in()


def test_it_is_taken_anew_before_what_one_signs_in_with_changes(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database)
    visitor, without = Caller(app, "avi"), Caller(app, "noor")
    _, codes = add_app(visitor)
    with fresh_database.writing() as session:  # time goes by
        for one in session.query(SignIn):
            one.began_at -= timedelta(minutes=16)
    another = {"email": "other@example.com", "current": PASSWORD}
    remove = {"what": "authenticator", "current": PASSWORD}
    password = {"current": PASSWORD, "password": "another phrase", "repeated": "another phrase"}
    for page, action, typed in (
        ("/account", "/account/email", another),
        ("/account", "/account/second-step", remove),
        ("/account/authenticator", "/account/authenticator", {"code": "1", "current": PASSWORD}),
        ("/password", "/password", password),
    ):
        refused = visitor.send(page, typed, action)
        assert refused.status_code == 422, action
        assert "sign out and in again" in refused.text
    assert without.send("/account", another, "/account/email").location == "/account"
    anew = Caller(app)
    assert take(anew, codes[0]).location == "/"
    assert anew.send("/account", remove, "/account/second-step").location == "/account"


def test_an_administrators_own_is_no_other_way(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    visitor = Caller(app, "ada")
    add_app(visitor)
    page = f"/programme/people/{ids['ada']}"
    buttons = visitor.page(page).select("form[action]")
    assert [one for one in buttons if str(one["action"]).endswith(("/factors", "/link"))] == []
    token = visitor.form("/account", "/account/email")
    assert visitor.post(f"{page}/factors", token).status_code == 409
    visitor.post(f"{page}/link", token)
    assert "/welcome/" not in visitor.get(page).text
    assert Caller(app).sign_in("ada@example.com").location == "/sign-in/second"


def test_fresh_recovery_codes_are_in_the_trail(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    visitor = Caller(app, "avi")
    _, codes = add_app(visitor)
    fresh = {"what": "codes", "current": PASSWORD}
    visitor.send("/account", fresh, "/account/second-step")
    with fresh_database.reading() as session:
        kept = session.scalars(select(Event).where(Event.actor_id == ids["avi"]))
        told = [one.detail for one in kept if one.action == Action.FACTOR_ADDED]
    assert told == ["authenticator", "recovery codes"]
    assert take(Caller(app), codes[0]).status_code == 422
