"""Signing in and out, and passwords, through the portal."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore, Semaphore
from typing import Literal

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.exceptions import Argon2Error, VerifyMismatchError
from flask import Flask
from sqlalchemy import func, select

from advocacy.audit.models import Event
from advocacy.audit.rules import Action
from advocacy.auth import actions
from advocacy.auth.actions import make_link
from advocacy.auth.models import Credential, SignIn
from advocacy.auth.rules import LASTS, Purpose
from advocacy.core.database import Database
from advocacy.people.actions import deactivate
from advocacy.people.models import Person
from advocacy.people.queries import count_administrators, get_person
from advocacy.programme.actions import start
from advocacy.programme.queries import get_programme
from tests.portal import PASSWORD, Caller, above, kept, read, settle_in, wrong

NEW = "another long phrase"
SET_UP = {
    "programme": "Voices of Example",
    "time_zone": "Europe/Lisbon",
    "name": "Ada First",
    "email": "Ada@Example.com",
    "password": PASSWORD,
    "repeated": PASSWORD,
}


def first_link(database: Database) -> str:
    now = datetime.now(UTC)
    with database.writing() as session:
        start(session, time_zone="UTC", now=now)
        return make_link(session, None, now)


def link_for(database: Database, person: int, made: datetime | None = None) -> str:
    with database.writing() as session:
        return make_link(session, person, made or datetime.now(UTC))


def test_signing_in_leads_to_the_page_that_was_asked_for(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database)
    visitor = Caller(app)
    asked = visitor.get("/profiles?page=1")
    assert asked.status_code == 302
    answer = visitor.send(asked.location, {"email": " AVI@example.com ", "password": PASSWORD})
    assert answer.location == "/profiles?page=1"
    assert visitor.page(answer.location)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_signing_in_never_leads_elsewhere(
    app: Flask, fresh_database: Database, elsewhere: str
) -> None:
    settle_in(fresh_database)
    visitor = Caller(app)
    token = visitor.form("/sign-in")
    answer = visitor.client.post(
        "/sign-in",
        query_string={"next": elsewhere},
        data={**token, "email": "avi@example.com", "password": PASSWORD},
    )
    assert answer.location == "/"


def test_wrong_unknown_and_deactivated_are_answered_alike(
    app: Flask, fresh_database: Database
) -> None:
    ids = settle_in(fresh_database)
    with fresh_database.writing() as session:
        deactivate(session, get_person(session, ids["noor"]), datetime.now(UTC))
    answers = [
        Caller(app).sign_in(email, password)
        for email, password in [
            ("avi@example.com", "not the password"),
            ("nobody@example.com", PASSWORD),
            ("noor@example.com", PASSWORD),
            ("a\0vi@example.com", PASSWORD),
        ]
    ]
    said = {(answer.status_code, wrong(answer, "password")) for answer in answers}
    assert said == {(422, "Address and password do not go together.")}
    assert kept(answers[0], "email") == "avi@example.com"
    assert above(answers[0]).startswith("That did not let you in.")
    assert "not the password" not in answers[0].text
    with fresh_database.reading() as session:
        refused = session.scalars(select(Event).where(Event.action == "sign-in refused")).all()
        assert len(refused) == 4
        assert session.scalar(select(func.count()).select_from(SignIn)) == 0


def test_an_unknown_address_is_as_much_work_as_a_wrong_password(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[tuple[Parameters, type]] = []

    class Watched(PasswordHasher):
        def verify(self, hashed: str | bytes, password: str | bytes) -> Literal[True]:
            try:
                return super().verify(hashed, password)
            except Argon2Error as error:
                tried.append((extract_parameters(str(hashed)), type(error)))
                raise

    monkeypatch.setattr(actions, "_HASHER", Watched(time_cost=2, memory_cost=16, parallelism=1))
    settle_in(fresh_database)
    for email in ("avi@example.com", "nobody@example.com"):
        assert Caller(app).sign_in(email, "not the password").status_code == 422
    known, unknown = tried
    assert unknown == known
    assert known[1] is VerifyMismatchError


def test_a_hash_of_weaker_days_is_made_anew(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = settle_in(fresh_database)
    monkeypatch.setattr(actions, "_HASHER", PasswordHasher())
    weak = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    with fresh_database.writing() as session:
        session.get_one(Credential, ids["avi"]).password_hash = weak
    assert Caller(app).sign_in("avi@example.com").status_code == 302
    with fresh_database.reading() as session:
        kept_hash = session.get_one(Credential, ids["avi"]).password_hash
    assert not PasswordHasher().check_needs_rehash(kept_hash)
    assert Caller(app).sign_in("avi@example.com").status_code == 302


def test_a_few_passwords_are_hashed_at_once_and_no_more(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_in(fresh_database)
    at_work, most = Semaphore(2), []

    class Watched(PasswordHasher):
        def verify(self, *typed: str | bytes) -> Literal[True]:
            most.append(at_work.acquire(blocking=False))
            try:
                return super().verify(*typed)
            finally:
                at_work.release()

    monkeypatch.setattr(actions, "_HASHER", Watched(time_cost=1))
    monkeypatch.setattr(actions, "_AT_ONCE", BoundedSemaphore(2))

    def guess(number: int) -> Person | None:
        with fresh_database.reading() as session:
            return actions.check_credentials(session, "avi@example.com", f"guess {number}")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(guess, range(8))) == [None] * 8
    assert most == [True] * 8


@pytest.mark.parametrize("page", ["/sign-in", "/password"])
def test_password_fields_are_hidden_and_known_to_password_managers(
    app: Flask, fresh_database: Database, page: str
) -> None:
    settle_in(fresh_database)
    shown = Caller(app, "" if page == "/sign-in" else "avi").page(page)
    for name in ("password", "current", "repeated"):
        for field in shown.select(f"main input[name={name}]"):
            assert field["type"] == "password"
            assert str(field["autocomplete"]) in {"current-password", "new-password"}
            assert "onpaste" not in field.attrs
    assert shown.select("main input[type=password]")


def test_an_empty_form_says_what_is_missing(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    visitor = Caller(app)
    answer = visitor.sign_in("", "")
    assert wrong(answer, "email") == "Your e-mail address, please."
    assert wrong(answer, "password") == "Your password, please."
    assert wrong(visitor.sign_in("a" * 300, PASSWORD), "email")


def test_signing_out_ends_this_device_only(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    here, there = Caller(app, "avi"), Caller(app, "avi")
    cookie = here.client.get_cookie("advocacy")
    assert here.send("/profile", action="/sign-out").location == "/sign-in"
    assert not here.is_signed_in()
    assert there.is_signed_in()
    assert cookie is not None
    here.client.set_cookie("advocacy", cookie.value)  # the cookie of before opens nothing
    assert not here.is_signed_in()


def test_a_sign_in_ends_after_thirty_days(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    visitor = Caller(app, "avi")
    with fresh_database.writing() as session:  # time goes by
        one = session.scalars(select(SignIn)).one()
        assert one.ends_at - one.began_at == timedelta(days=30)
        one.ends_at = datetime.now(UTC)
    assert not visitor.is_signed_in()


def test_signing_in_again_ends_the_sign_in_before(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    visitor = Caller(app, "avi")
    typed = {**visitor.form("/password"), "email": "mina@example.com", "password": PASSWORD}
    assert visitor.post("/sign-in", typed).location == "/"
    with fresh_database.reading() as session:
        assert session.scalars(select(SignIn.person_id)).all() == [ids["mina"]]


def test_a_forged_or_missing_token_signs_nobody_in(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    visitor = Caller(app)
    for token in ({}, {"csrf_token": "forged"}):
        typed = {"email": "avi@example.com", "password": PASSWORD}
        assert visitor.post("/sign-in", {**token, **typed}).status_code == 400
    assert not visitor.is_signed_in()


def test_a_fragment_asked_for_when_signed_out_keeps_the_page(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database)
    answer = Caller(app).client.get("/log", headers={"X-Sheet": "true"})
    assert answer.status_code == 401
    assert "You were signed out" in answer.text
    assert read(answer).select_one("a[href='/sign-in'][target=_blank]")


def test_a_changed_password_ends_the_other_sign_ins(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    code = link_for(fresh_database, ids["avi"])
    here, there = Caller(app, "avi"), Caller(app, "avi")
    typed = {"current": PASSWORD, "password": NEW, "repeated": NEW}
    assert here.send("/password", typed).location == "/profile"
    assert here.is_signed_in()
    assert not there.is_signed_in()
    assert Caller(app).sign_in("avi@example.com", PASSWORD).status_code == 422
    assert Caller(app).sign_in("avi@example.com", NEW).status_code == 302
    assert Caller(app).get(f"/welcome/{code}").status_code == 404


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"current": "not it"}, "current", "That is not your password now."),
        ({"password": "short", "repeated": "short"}, "password", "Use 8 to 128 letters"),
        ({"password": "x" * 129, "repeated": "x" * 129}, "password", "Use 8 to 128 letters"),
        ({"password": "AVI Somebody1", "repeated": "AVI Somebody1"}, "password", "others know"),
        ({"repeated": "something else"}, "repeated", "The two are not the same."),
        ({"password": "", "repeated": ""}, "password", "Choose a password."),
    ],
)
def test_a_password_that_cannot_be(
    app: Flask, fresh_database: Database, typed: dict[str, str], field: str, words: str
) -> None:
    settle_in(fresh_database)
    visitor = Caller(app, "avi")
    answer = visitor.send(
        "/password", {"current": PASSWORD, "password": NEW, "repeated": NEW, **typed}
    )
    assert words in wrong(answer, field)
    assert NEW not in answer.text
    assert Caller(app).sign_in("avi@example.com").status_code == 302


def test_both_passwords_that_cannot_be_are_said_at_once(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database)
    typed = {"current": "not it", "password": "short", "repeated": "short"}
    answer = Caller(app, "avi").send("/password", typed)
    assert wrong(answer, "current") == "That is not your password now."
    assert "Use 8 to 128 letters" in wrong(answer, "password")


def test_a_link_sets_a_password_once(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    path = f"/welcome/{link_for(fresh_database, ids['avi'])}"
    visitor = Caller(app)
    assert "avi@example.com" in visitor.get(path).text
    typed = {"password": NEW, "repeated": "another"}
    assert wrong(visitor.send(path, typed), "repeated") == "The two are not the same."
    sent = {**visitor.form(path), "password": NEW, "repeated": NEW}  # the link still works
    assert visitor.post(path, sent).location == "/"
    assert visitor.is_signed_in()
    assert Caller(app).get(path).status_code == 404
    other = Caller(app)
    again = {**other.form("/sign-in"), "password": "a third phrase", "repeated": "a third phrase"}
    assert other.post(path, again).status_code == 404
    assert Caller(app).sign_in("avi@example.com", NEW).status_code == 302


def test_of_two_who_use_a_link_at_once_one_is_let_in(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    path = f"/welcome/{link_for(fresh_database, ids['avi'])}"
    visitors = [Caller(app) for _ in range(6)]
    forms = [
        {**visitor.form(path), "password": f"{NEW} {number}", "repeated": f"{NEW} {number}"}
        for number, visitor in enumerate(visitors)
    ]
    with ThreadPoolExecutor(len(visitors)) as pool:
        answers = list(
            pool.map(lambda one: one[0].post(path, one[1]), zip(visitors, forms, strict=True))
        )
    assert sorted(answer.status_code for answer in answers) == [302, 404, 404, 404, 404, 404]
    (winner,) = (number for number, answer in enumerate(answers) if answer.status_code == 302)
    assert Caller(app).sign_in("avi@example.com", f"{NEW} {winner}").status_code == 302


def test_a_link_has_an_age_and_gives_way_to_a_newer_one(
    app: Flask, fresh_database: Database
) -> None:
    ids = settle_in(fresh_database)
    now = datetime.now(UTC)
    old = link_for(
        fresh_database, ids["avi"], now - LASTS[Purpose.INVITATION] - timedelta(seconds=1)
    )
    assert Caller(app).get(f"/welcome/{old}").status_code == 404
    first = link_for(
        fresh_database, ids["avi"], now - LASTS[Purpose.INVITATION] + timedelta(hours=1)
    )
    assert Caller(app).get(f"/welcome/{first}").status_code == 200
    link_for(fresh_database, ids["avi"])
    assert Caller(app).get(f"/welcome/{first}").status_code == 404
    assert Caller(app).get("/welcome/never-made").status_code == 404


def test_a_link_of_somebody_deactivated_opens_nothing(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    path = f"/welcome/{link_for(fresh_database, ids['avi'])}"
    visitor = Caller(app)
    sent = {**visitor.form(path), "password": NEW, "repeated": NEW}
    with fresh_database.writing() as session:
        deactivate(session, get_person(session, ids["avi"]), datetime.now(UTC))
    assert visitor.post(path, sent).status_code == 404
    assert not visitor.is_signed_in()


def test_the_first_set_up_makes_programme_and_administrator(
    app: Flask, fresh_database: Database
) -> None:
    path = f"/welcome/{first_link(fresh_database)}"
    visitor = Caller(app)
    assert "Look at the console" in visitor.get("/sign-in").text
    answer = visitor.send(path, SET_UP)
    assert answer.location == "/"
    assert "Voices of Example" in visitor.get("/programme").text
    with fresh_database.reading() as session:
        assert get_programme(session).time_zone == "Europe/Lisbon"
        assert count_administrators(session) == 1
        assert session.scalars(select(Person.email)).all() == ["ada@example.com"]
        assert session.execute(select(Event.action, Event.detail).order_by(Event.id)).all() == [
            (Action.PERSON_ADDED, "administrator"),
            (Action.PASSWORD_SET, ""),
            (Action.SIGNED_IN, "password"),
        ]
    assert Caller(app).get(path).status_code == 404


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"programme": ""}, "programme", "A name, please."),
        ({"programme": "x" * 300}, "programme", "80"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone", "is not a time zone"),
        ({"name": ""}, "name", "Your name, please."),
        ({"name": "   "}, "name", "name"),
        ({"name": "x" * 300}, "name", "120"),
        ({"email": "not an address"}, "email", "looks like"),
        ({"password": "short", "repeated": "short"}, "password", "8"),
        ({"repeated": "another one"}, "repeated", "not the same"),
    ],
)
def test_a_set_up_that_cannot_be_leaves_nothing_behind(
    app: Flask, fresh_database: Database, typed: dict[str, str], field: str, words: str
) -> None:
    path = f"/welcome/{first_link(fresh_database)}"
    visitor = Caller(app)
    answer = visitor.send(path, {**SET_UP, **typed})
    assert words in wrong(answer, field)
    for name in ("programme", "time_zone", "name", "email"):
        assert kept(answer, name) == {**SET_UP, **typed}[name]
    with fresh_database.reading() as session:
        assert count_administrators(session) == 0
        assert get_programme(session).time_zone == "UTC"
        assert session.scalar(select(func.count()).select_from(Credential)) == 0
    assert visitor.send(path, SET_UP).status_code == 302


def test_a_set_up_says_all_that_is_wrong_at_once(app: Flask, fresh_database: Database) -> None:
    visitor, path = Caller(app), f"/welcome/{first_link(fresh_database)}"
    answer = visitor.send(path, {**SET_UP, "time_zone": "Atlantis", "email": ""})
    assert "is not a time zone" in wrong(answer, "time_zone")
    assert "Your e-mail address, please." in wrong(answer, "email")


def test_a_set_up_link_is_void_once_there_is_an_administrator(
    app: Flask, fresh_database: Database
) -> None:
    path = f"/welcome/{first_link(fresh_database)}"
    visitor = Caller(app)
    sent = {**visitor.form(path), **SET_UP}
    settle_in(fresh_database)
    assert visitor.get(path).status_code == 404
    assert visitor.post(path, sent).status_code == 404


def test_what_is_missing_is_said_on_top_too(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    said = above(Caller(app).sign_in("", ""))
    assert "Passwords are never kept, so once more, please." in said
    assert "Password: " not in said
