"""Passkeys as a browser's key uses them, and as a thief would; browser tests have a real one."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import func, select
from webauthn.helpers import bytes_to_base64url

from advocacy.audit.models import Event
from advocacy.audit.rules import Action
from advocacy.auth.actions import begin_attempt
from advocacy.auth.models import Attempts
from advocacy.auth.rules import Throttled
from advocacy.config import Settings
from advocacy.core.database import Database
from advocacy.factors.models import Passkey
from tests.portal import PASSWORD, Caller, settle_in

HERE = "http://localhost"
_PRESENT_AND_VERIFIED = bytes([0x05])


class Key:
    """A passkey that counts nothing, as those do that several devices share."""

    def __init__(self) -> None:
        self.id = os.urandom(16)
        self._private = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> bytes:
        """The public half, as COSE writes it: ES256."""
        point = self._private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}))

    def prove(self, challenge: str, origin: str = HERE, **more: str) -> str:
        """Return what a browser would send.

        :param more: what the answer holds besides.
        """
        asked = {"type": "webauthn.get", "challenge": challenge, "origin": origin}
        client = json.dumps(asked).encode()
        data = hashlib.sha256(b"localhost").digest() + _PRESENT_AND_VERIFIED + bytes(4)
        signed = self._private.sign(
            data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256())
        )
        response = {"clientDataJSON": client, "authenticatorData": data, "signature": signed}
        name = bytes_to_base64url(self.id)
        answer = {name: bytes_to_base64url(value) for name, value in response.items()} | more
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": answer})


@pytest.fixture
def app(make_app: Callable[[Settings], Flask], settings: Settings) -> Flask:
    return make_app(replace(settings, base_url=HERE))


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["advocacy_database"]
    return found


@pytest.fixture
def key(database: Database) -> Key:
    """Give Avi's passkey."""
    ids, made = settle_in(database), Key()
    with database.writing() as session:
        session.add(
            Passkey(
                person_id=ids["avi"],
                credential_id=made.id,
                public_key=made.public,
                sign_count=0,
                name="my phone",
                added_at=datetime.now(UTC),
            )
        )
    return made


def challenge_of(visitor: Caller) -> str:
    with visitor.client.session_transaction() as cookie:
        return str(cookie["passkey_challenge"])


def test_what_a_passkey_signed_signs_in_once(app: Flask, key: Key) -> None:
    owner, thief = Caller(app), Caller(app)
    form = owner.form("/sign-in")
    cookie = owner.client.get_cookie("advocacy")
    sent = {**form, "answer": key.prove(challenge_of(owner))}
    assert owner.post("/sign-in/passkey", sent).location == "/"
    assert owner.is_signed_in()
    assert cookie is not None
    thief.client.set_cookie("advocacy", cookie.value)
    assert thief.post("/sign-in/passkey", sent).status_code == 422
    assert not thief.is_signed_in()


def test_what_was_signed_elsewhere_signs_nobody_in(app: Flask, key: Key) -> None:
    visitor = Caller(app)
    form = visitor.form("/sign-in")
    for answer in (
        key.prove(challenge_of(visitor), origin="https://localhost.evil.example"),
        key.prove(bytes_to_base64url(bytes(64))),
        Key().prove(challenge_of(visitor)),
    ):
        assert visitor.post("/sign-in/passkey", {**form, "answer": answer}).status_code == 422
        form = visitor.form("/sign-in")
    assert not visitor.is_signed_in()


def test_what_no_browser_sends_is_refused_like_any_other(app: Flask, key: Key) -> None:
    visitor = Caller(app)
    form = visitor.form("/sign-in")
    for answer in (
        "[" * 19_000,
        json.dumps({"rawId": "\ud800"}),
        key.prove(challenge_of(visitor), userHandle="a"),
        key.prove(challenge_of(visitor), userHandle="é"),
    ):
        assert visitor.post("/sign-in/passkey", {**form, "answer": answer}).status_code == 422
        form = visitor.form("/sign-in")


@pytest.mark.parametrize("public", [{}, {1: 2, 3: -7}, [], None, 1])
def test_a_key_that_is_none_is_not_kept(
    app: Flask, database: Database, key: Key, public: object
) -> None:
    owner = Caller(app)
    form = owner.form("/sign-in")
    owner.post("/sign-in/passkey", {**form, "answer": key.prove(challenge_of(owner))})
    form = owner.form("/account/passkeys/new")
    asked = {"type": "webauthn.create", "challenge": challenge_of(owner), "origin": HERE}
    data = hashlib.sha256(b"localhost").digest() + bytes([0x45]) + bytes(4 + 16) + b"\0\x10"
    made = {"fmt": "none", "attStmt": {}, "authData": data + bytes(16) + cbor2.dumps(public)}
    name = bytes_to_base64url(bytes(16))
    response = {
        "clientDataJSON": bytes_to_base64url(json.dumps(asked).encode()),
        "attestationObject": bytes_to_base64url(cbor2.dumps(made)),
    }
    answer = {"id": name, "rawId": name, "type": "public-key", "response": response}
    typed = {"name": "key", "current": PASSWORD, "answer": json.dumps(answer)}
    assert owner.post("/account/passkeys/new", {**form, **typed}).status_code == 422
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Passkey)) == 1


def test_trying_passkeys_has_to_wait_and_fills_no_trail(
    app: Flask, database: Database, key: Key
) -> None:
    with database.writing() as session:
        begin_attempt(session, [(Throttled.ADDRESS, "127.0.0.1")], datetime.now(UTC))
        session.query(Attempts).one().failures = 51
    visitor = Caller(app)
    form = visitor.form("/sign-in")
    answer = visitor.post("/sign-in/passkey", {**form, "answer": "{}"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 0


@pytest.mark.parametrize("longer", ["9", "99999999999"])
def test_only_the_passkey_that_is_named_is_removed_and_only_then_told(
    app: Flask, database: Database, key: Key, longer: str
) -> None:
    owner = Caller(app)
    form = owner.form("/sign-in")
    owner.post("/sign-in/passkey", {**form, "answer": key.prove(challenge_of(owner))})
    with database.reading() as session:
        number = session.scalars(select(Passkey.id)).one()

    def remove(what: str) -> None:
        typed = {"what": what, "current": PASSWORD}
        owner.send("/account", typed, "/account/second-step")

    def left() -> tuple[int | None, int | None]:
        told = select(func.count()).where(Event.action == Action.FACTOR_REMOVED)
        with database.reading() as session:
            return session.scalar(select(func.count(Passkey.id))), session.scalar(told)

    remove(f"passkey-{number:08d}{longer}")
    assert left() == (1, 0)
    remove("authenticator")
    assert left() == (1, 0)
    remove(f"passkey-{number}")
    assert left() == (0, 1)
