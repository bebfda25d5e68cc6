"""Passkeys: Web Authentication, level 3, by way of the webauthn library.

The challenge travels in the visitor's signed cookie; answers come as JSON in a form's field.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from advocacy.core.errors import Invalid
from advocacy.factors.models import Passkey

ANSWER_LENGTH = 20_000
_REFUSED = "That passkey was not accepted. Try again, or use another way."
_WRONG = (
    WebAuthnException,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the library says of an answer that no browser gives: it looks at half of it with care."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a passkey is bound to: the host, and the address that people see."""

    host: str
    origin: str
    name: str

    @classmethod
    def at(cls, base_url: str, name: str) -> "Site | None":
        """Return the site of an address, or None where browsers allow no passkeys.

        They want a name, and https unless it is this very machine.
        """
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        if parts.scheme != "https" and host != "localhost":
            return None
        try:
            ip_address(host)
        except ValueError:
            return cls(host, f"{parts.scheme}://{parts.netloc}", name)
        return None


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that was made: what is kept of it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def ask_to_make(
    site: Site, *, person_id: int, account: str, called: str, known: Collection[Passkey]
) -> tuple[str, str]:
    """Return what the browser is asked for a new passkey, as JSON, and the challenge in it."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=str(person_id).encode(),
        user_name=account,
        user_display_name=called,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def check_made(site: Site, *, answer: str, challenge: str) -> Made:
    """Return the passkey that a browser made.

    :raises Invalid: when the answer is none, or to another question.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _WRONG as error:
        raise Invalid(_REFUSED, field="answer") from error
    return Made(made.credential_id, made.credential_public_key, made.sign_count)


def ask_to_prove(site: Site, known: Collection[Passkey] = ()) -> tuple[str, str]:
    """Return what the browser is asked to sign in, as JSON, and the challenge in it.

    :param known: only these; without any, whichever the person has for this site.
    """
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return webauthn.options_to_json(options), bytes_to_base64url(options.challenge)


def credential_id_of(answer: str) -> bytes:
    """Return which passkey an answer is from.

    :raises Invalid: when it is no answer.
    """
    try:
        return base64url_to_bytes(str(_read(answer)["rawId"]))
    except (KeyError, ValueError) as error:
        raise Invalid(_REFUSED, field="answer") from error


def check_proof(site: Site, passkey: Passkey, *, answer: str, challenge: str) -> int:
    """Return the passkey's new counter when it signed the challenge.

    :raises Invalid: when it did not.
    """
    try:
        proof = webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _WRONG as error:
        raise Invalid(_REFUSED, field="answer") from error
    return proof.new_sign_count


def _read(answer: str) -> dict[str, object]:
    try:
        read = json.loads(answer[:ANSWER_LENGTH])
    except (RecursionError, ValueError) as error:
        raise Invalid(_REFUSED, field="answer") from error
    if not isinstance(read, dict):
        raise Invalid(_REFUSED, field="answer")
    return read
