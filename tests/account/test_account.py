"""Devices, a forgotten password, another address, waiting after failures, and terms."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from advocacy.audit.models import Event
from advocacy.auth.actions import begin_attempt
from advocacy.auth.models import Attempts, SignIn
from advocacy.auth.rules import Throttled, network_of
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.people.actions import deactivate
from advocacy.people.models import Person
from advocacy.people.queries import get_person
from advocacy.points.models import Entry
from advocacy.terms.models import Acceptance, Terms
from tests.account.letters import letters_to, link_in
from tests.builders import add_contacts, is_found_by_words, log
from tests.clock import SetClock
from tests.portal import (
    PASSWORD,
    Caller,
    above,
    fields,
    found_form,
    kept,
    read,
    settle_in,
    wrong,
)

NEW = "another long phrase"


def hashes(database: Database, person: int) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(SignIn.token_hash).where(SignIn.person_id == person)))


def test_my_devices_can_be_signed_out_one_by_one(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    here, there, mina = Caller(app, "avi"), Caller(app, "avi"), Caller(app, "mina")
    page = here.page("/account")
    assert "this one" in page.select_one("#devices").text  # type: ignore[union-attr]
    form = {
        **here.form("/account", "/account/sign-ins"),
        "sign_in": hashes(fresh_database, ids["mina"])[0],
    }
    here.post("/account/sign-ins", form)
    assert mina.is_signed_in()  # not mine to end
    mine = hashes(fresh_database, ids["avi"])
    assert len(mine) == 2
    for token_hash in mine:
        if f'value="{token_hash}"' in here.get("/account").text:
            form = {**here.form("/account", "/account/sign-ins"), "sign_in": token_hash}
            here.post("/account/sign-ins", form)
    assert here.is_signed_in()
    assert not there.is_signed_in()


def test_a_sign_in_that_can_be_none_ends_none(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    here, there = Caller(app, "avi"), Caller(app, "avi")
    form = here.form("/account", "/account/sign-ins")
    for number, which in enumerate(("", "\0", "a\0b")):
        sent = {**form, "form_key": f"try {number}", "sign_in": which}
        assert here.post("/account/sign-ins", sent).status_code == 302
    assert here.is_signed_in()
    assert there.is_signed_in()


def test_all_others_are_signed_out_at_once(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    here, *others = (Caller(app, "avi") for _ in range(3))
    here.send("/account", {"sign_in": "others"}, action="/account/sign-ins")
    assert here.is_signed_in()
    assert not any(other.is_signed_in() for other in others)


def test_a_forgotten_password_is_answered_alike(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    with fresh_database.writing() as session:
        deactivate(session, get_person(session, ids["noor"]), datetime.now(UTC))
    said = set()
    for email in ("avi@example.com", "nobody@example.com", "noor@example.com"):
        visitor = Caller(app)
        answer = visitor.send("/forgotten", {"email": email})
        said.add((answer.status_code, answer.location, visitor.get("/forgotten/sent").text))
    assert len(said) == 1
    assert letters_to(fresh_database, "nobody@example.com") == []
    assert letters_to(fresh_database, "noor@example.com") == []
    [letter] = letters_to(fresh_database, "avi@example.com")
    path, visitor = link_in(letter), Caller(app)
    assert visitor.send(path, {"password": NEW, "repeated": NEW}).location == "/"
    assert visitor.is_signed_in()
    assert Caller(app).get(path).status_code == 404
    assert Caller(app).sign_in("avi@example.com", NEW).status_code == 302


def test_a_forgotten_password_is_answered_alike_where_no_letter_can_go(
    app: Flask, fresh_database: Database
) -> None:
    ids = settle_in(fresh_database)
    with fresh_database.writing() as session:
        session.get_one(Person, ids["avi"]).email = "avi@ex..ample.com"
    assert Caller(app).send("/forgotten", {"email": "avi@ex..ample.com"}).status_code == 302
    assert letters_to(fresh_database, "avi@ex..ample.com") == []


def test_a_common_password_is_refused_and_the_link_still_works(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database)
    visitor = Caller(app)
    visitor.send("/forgotten", {"email": "avi@example.com"})
    path = link_in(letters_to(fresh_database, "avi@example.com")[0])
    refused = visitor.send(path, {"password": "iloveyou", "repeated": "iloveyou"})
    assert "tried first" in wrong(refused, "password")
    assert visitor.send(path, {"password": NEW, "repeated": NEW}).location == "/"


def test_trying_passwords_has_to_wait(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    owner = Caller(app)
    owner.sign_in("avi@example.com")  # has been signed in on this device
    owner.send("/profile", action="/sign-out")
    stranger = Caller(app)
    answers = [stranger.sign_in("avi@example.com", "guess").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    late = stranger.sign_in("avi@example.com", PASSWORD)
    assert late.status_code == 429
    assert int(late.headers["Retry-After"]) > 0
    assert "at once" in read(late).text
    assert 'value="avi@example.com"' in late.text
    for email in ("nobody@example.com", "mina@example.com"):  # the same, known or not
        answers = [Caller(app).sign_in(email, "guess").status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]
    assert owner.sign_in("avi@example.com").status_code == 302
    with fresh_database.writing() as session:  # time goes by
        for one in session.query(Attempts):
            one.last_at -= timedelta(minutes=16)
    assert stranger.sign_in("avi@example.com").status_code == 302


def test_trying_ones_own_password_has_to_wait_too(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    visitor = Caller(app, "avi")

    def send(current: str, page: str, action: str) -> TestResponse:
        typed = {"email": "new@example.com", "password": NEW, "repeated": NEW}
        return visitor.send(page, {**typed, "current": current}, action)

    forms = [("/account", "/account/email"), ("/password", "/password")]
    for number in range(5):
        answer = send("guess", *forms[number % 2])
        assert answer.status_code == 422
        assert "That is not your password now." in read(answer).text
    assert all("at once" in read(send(PASSWORD, *form)).text for form in forms)
    with fresh_database.writing() as session:  # time goes by
        for one in session.query(Attempts):
            one.last_at -= timedelta(minutes=16)
    assert [send(PASSWORD, *form).status_code for form in forms] == [302, 302]


def test_one_network_address_has_to_wait_too(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    visitor = Caller(app)
    answers = [
        visitor.sign_in(f"{number}@example.com", "guess").status_code for number in range(52)
    ]
    assert answers[:50] == [422] * 50
    assert answers[50:] == [429] * 2


@pytest.mark.parametrize(
    ("address", "answered"), [("2001:db8::7:1", 429), ("2001:db8:0:1::7", 422)]
)
def test_a_network_that_has_many_addresses_waits_as_one(
    app: Flask, fresh_database: Database, address: str, answered: int
) -> None:
    settle_in(fresh_database)
    with fresh_database.writing() as session:
        counted = (Throttled.ADDRESS, network_of("2001:db8::1"))
        begin_attempt(session, [counted], datetime.now(UTC))
        session.query(Attempts).one().failures = 51
    visitor = Caller(app)
    typed = {**visitor.form("/sign-in"), "email": "nobody@example.com", "password": "guess"}
    here = {"REMOTE_ADDR": address}
    assert visitor.client.post("/sign-in", data=typed, environ_base=here).status_code == answered


@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 422)])
def test_who_forwards_is_believed_only_where_a_proxy_stands(
    make_app: Callable[[Settings], Flask], settings: Settings, proxies: int, last: int
) -> None:
    app = make_app(replace(settings, trusted_proxies=proxies))
    settle_in(app.extensions["advocacy_database"])
    with app.extensions["advocacy_database"].writing() as session:
        begin_attempt(session, [(Throttled.ADDRESS, "127.0.0.1")], datetime.now(UTC))
        session.query(Attempts).one().failures = 51
    visitor = Caller(app)
    typed = {**visitor.form("/sign-in"), "email": "nobody@example.com", "password": "guess"}
    forwarded = {"X-Forwarded-For": "198.51.100.7"}
    assert visitor.client.post("/sign-in", data=typed, headers=forwarded).status_code == last


def test_another_address_is_confirmed_at_both(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    with fresh_database.writing() as session:
        mina = get_person(session, ids["mina"])
        [tie] = add_contacts(session, mina, "avi.new@example.com")
        log(session, mina, tie, datetime.now(UTC).date())
        assert sum(session.scalars(select(Entry.points).where(Entry.tie_id == tie))) > 0
    visitor = Caller(app, "avi")
    visitor.send("/forgotten", {"email": "avi@example.com"})
    [forgotten] = letters_to(fresh_database, "avi@example.com")
    typed = {"email": " Avi.New@Example.com", "current": "not it"}
    assert "not your password" in read(visitor.send("/account", typed, "/account/email")).text
    assert visitor.send("/account", {**typed, "current": PASSWORD}, "/account/email").location
    [_, old] = letters_to(fresh_database, "avi@example.com")
    [new] = letters_to(fresh_database, "avi.new@example.com")
    for letter in (new, old):
        assert Caller(app).sign_in("avi@example.com").status_code == 302  # not yet
        stranger = Caller(app)
        assert stranger.get(link_in(letter)).status_code == 200  # a preview does nothing
        assert stranger.send(link_in(letter)).status_code == 200
    assert Caller(app).sign_in("avi@example.com").status_code == 422
    assert Caller(app).sign_in("avi.new@example.com").status_code == 302
    for letter in (old, forgotten):  # what lies in the mailbox of before opens nothing
        assert Caller(app).get(link_in(letter)).status_code == 404
    with fresh_database.reading() as session:  # a colleague by now: remembered only
        assert sum(session.scalars(select(Entry.points).where(Entry.tie_id == tie))) == 0
        assert is_found_by_words(session)


def test_a_change_of_address_ends_after_two_days(
    app: Flask, fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle_in(fresh_database)
    visitor = Caller(app, "avi")
    typed = {"email": "avi.new@example.com", "current": PASSWORD}
    assert visitor.send("/account", typed, "/account/email").status_code == 302
    old, new = (
        letters_to(fresh_database, address)[-1]
        for address in ("avi@example.com", "avi.new@example.com")
    )
    monkeypatch.setattr("advocacy.core.time.datetime", SetClock)
    asked = datetime.now(UTC)
    monkeypatch.setattr(SetClock, "said", asked + timedelta(days=2, minutes=-1))
    assert Caller(app).send(link_in(old)).status_code == 200
    assert "avi.new@example.com" in visitor.get("/account").text
    late = Caller(app)
    form = late.form(link_in(new))
    monkeypatch.setattr(SetClock, "said", asked + timedelta(days=2, minutes=1))
    assert late.get(link_in(new)).status_code == 404
    assert late.post(link_in(new), form).status_code == 404
    assert "avi.new@example.com" not in visitor.get("/account").text
    assert Caller(app).sign_in("avi@example.com").status_code == 302


def test_an_address_that_somebody_has_is_not_told(app: Flask, fresh_database: Database) -> None:
    ids = settle_in(fresh_database)
    visitor = Caller(app, "avi")
    typed = {"email": "mina@example.com", "current": PASSWORD}
    assert visitor.send("/account", typed, "/account/email").status_code == 302
    paths = [
        link_in(letters_to(fresh_database, address)[-1])
        for address in ("avi@example.com", "mina@example.com")
    ]
    assert [Caller(app).send(path).status_code for path in paths] == [200, 409]
    with fresh_database.reading() as session:
        assert session.get_one(Person, ids["avi"]).email == "avi@example.com"


@pytest.mark.parametrize("email", ["not an address", "avi@example.com", "x" * 300, "x@a..b"])
def test_an_address_that_cannot_be(app: Flask, fresh_database: Database, email: str) -> None:
    settle_in(fresh_database)
    visitor = Caller(app, "avi")
    answer = visitor.send("/account", {"email": email, "current": PASSWORD}, "/account/email")
    assert wrong(answer, "email")
    assert email in answer.text


def test_terms_are_accepted_first_and_again_when_they_change(
    app: Flask, fresh_database: Database
) -> None:
    ids = settle_in(fresh_database)
    admin, visitor = Caller(app, "ada"), Caller(app, "avi")
    assert visitor.get("/contacts").status_code == 200
    for text in ("Be kind.\nSay where you work.", "Be kind. Always."):
        admin.send("/terms", {}, "/terms") if admin.get("/").status_code == 302 else None
        admin.send("/programme/terms", {"text": text})
        asked = visitor.get("/contacts?q=m")
        assert asked.location == "/terms?next=%2Fcontacts%3Fq%3Dm"
        assert text.splitlines()[0] in visitor.get(asked.location).text
        form = visitor.form(asked.location, "/terms")
        assert visitor.post("/terms", form).location == "/contacts?q=m"
        assert visitor.get("/contacts").status_code == 200
    with fresh_database.reading() as session:
        mine = select(Acceptance.version).where(Acceptance.person_id == ids["avi"])
        assert list(session.scalars(mine.order_by(Acceptance.version))) == [1, 2]
        noted = select(Event.detail).where(Event.action == "terms accepted")
        assert "version 2" in list(session.scalars(noted))


def test_an_older_version_is_not_accepted(app: Flask, fresh_database: Database) -> None:
    settle_in(fresh_database)
    admin, visitor = Caller(app, "ada"), Caller(app, "avi")
    admin.send("/programme/terms", {"text": "First."})
    form = visitor.form("/terms")
    admin.send("/terms")
    admin.send("/programme/terms", {"text": "Second."})
    assert visitor.post("/terms", form).location == "/terms"
    assert "Second." in visitor.get("/terms").text
    assert visitor.get("/").status_code == 302


def test_terms_that_changed_meanwhile_are_not_written_over(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database)
    admin = Caller(app, "ada")
    late = {**admin.form("/programme/terms"), "text": "As I had it."}
    assert admin.send("/programme/terms", {"text": "By another."}).status_code == 302
    admin.send("/terms")
    refused = admin.post("/programme/terms", late)
    assert (refused.status_code, kept(refused, "text")) == (422, "As I had it.")
    assert "changed while you had it open" in above(refused)
    seen = fields(found_form(read(refused), "/programme/terms"))
    assert admin.post("/programme/terms", seen).status_code == 302
    with fresh_database.reading() as session:
        published = session.scalars(select(Terms.text).order_by(Terms.version)).all()
    assert published == ["By another.", "As I had it."]
