"""Writing passwords, sign-ins, one-time links and failed attempts."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningDelete

from advocacy.auth import queries, rules
from advocacy.auth.models import Attempts, Credential, EmailChange, OneTimeLink, SignIn
from advocacy.auth.rules import Purpose, Throttled
from advocacy.core.codes import hashed
from advocacy.core.errors import NotFound, TooMany
from advocacy.people.models import Person
from advocacy.people.queries import (
    find_person_by_email,
    get_person,
    has_administrator,
    hold_person,
)
from advocacy.programme.queries import find_programme

_HASHER = PasswordHasher()  # Argon2id, RFC 9106's second recommended parameters
_AT_ONCE = BoundedSemaphore(4)
"""How many passwords a process hashes at the same moment: each takes 64 MB and a core."""


def check_credentials(session: Session, email: str, password: str) -> Person | None:
    """Return the active person who has this address and password, else None.

    An unknown address takes as long as a wrong password.
    """
    person = find_person_by_email(session, email)
    credential = session.get(Credential, person.id) if person else None
    try:
        with _AT_ONCE:
            _HASHER.verify(credential.password_hash if credential else _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return None
    if person is None or person.deactivated_at is not None:
        return None
    return person


def renew_hash(session: Session, person_id: int, password: str) -> None:
    """Hash a password that was right anew, when hashes made today are stronger than its own."""
    credential = session.get_one(Credential, person_id)
    if _HASHER.check_needs_rehash(credential.password_hash):
        credential.password_hash = hash_slowly(password)
        session.flush()


def _nobodys_hash() -> str:
    """Return a hash of no password, which takes as long to try as somebody's."""
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    salt, tag = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (_HASHER.salt_len, _HASHER.hash_len)
    )
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${tag}"


def hash_slowly(password: str) -> str:
    """Return what is kept of a password: making it takes its time, so hold nothing meanwhile."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def begin_attempt(session: Session, keys: Sequence[tuple[Throttled, str]], now: datetime) -> None:
    """Count an attempt as failed before it is made; ``forgive`` takes that back.

    Counted first, so that many at the same moment cannot slip through.

    :param keys: what it counts for: the account or the known device, and the network address.
    :raises TooMany: when it comes too soon after others that failed.
    """
    for what, key in sorted(keys):
        known = _held_attempts(session, hashed(f"{what} {key}"), now)
        if not -rules.SKEW <= now - known.last_at <= rules.FORGIVEN_AFTER:
            known.failures = 0
        free = rules.free_again(what, known.failures, min(known.last_at, now))
        if free > now:
            raise TooMany(free - now)
        known.failures, known.last_at = known.failures + 1, now
    session.flush()


def _held_attempts(session: Session, key_hash: str, now: datetime) -> Attempts:
    postgres = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if postgres else sqlite.insert)(Attempts)
    session.execute(
        statement.values(key_hash=key_hash, failures=0, last_at=now).on_conflict_do_update(
            index_elements=[Attempts.key_hash],
            set_={"failures": Attempts.failures},  # held from here on: nobody forgives meanwhile
        )
    )
    return session.get_one(Attempts, key_hash, with_for_update=True)


def forgive(session: Session, keys: Sequence[tuple[Throttled, str]]) -> None:
    """Forget the failures of an account or a device that has proved itself.

    Those of its network address only lose this one attempt: others share it.
    """
    for what, key in sorted(keys):
        mine = Attempts.key_hash == hashed(f"{what} {key}")
        if what is Throttled.ADDRESS:
            session.execute(
                update(Attempts)
                .where(mine, Attempts.failures > 0)
                .values(failures=Attempts.failures - 1)
            )
        else:
            session.execute(delete(Attempts).where(mine))


def set_password(
    session: Session, person_id: int, password: str, now: datetime, *, made: str | None = None
) -> None:
    """Set a person's password and end all sign-ins and one-time links.

    :param made: what ``hash_slowly`` made of it, where somebody might wait for this session.
    :raises Invalid: when it is too short, too long, too common or too near at hand.
    """
    person, programme = get_person(session, person_id), find_programme(session)
    near = [person.email, person.name, programme.name if programme else ""]
    rules.check_password(password, near)
    hashed_password = made or hash_slowly(password)
    credential = session.get(Credential, person_id)
    if credential is None:
        session.add(Credential(person_id=person_id, password_hash=hashed_password, changed_at=now))
    else:
        credential.password_hash, credential.changed_at = hashed_password, now
    end_sign_ins(session, person_id)
    end_links(session, person_id)
    session.flush()


def begin_sign_in(session: Session, person_id: int, now: datetime, device: str = "") -> str:
    """Begin a sign-in and return its token, which only the person's cookie keeps."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_hash=hashed(token),
            person_id=person_id,
            began_at=now,
            seen_at=now,
            ends_at=now + rules.SIGN_IN_LASTS,
            device=device[: rules.DEVICE_LENGTH],
        )
    )
    session.flush()
    return token


def see_sign_in(session: Session, token: str, now: datetime) -> None:
    """Write down that a sign-in was in use."""
    session.execute(update(SignIn).where(SignIn.token_hash == hashed(token)).values(seen_at=now))


def end_sign_in(session: Session, token: str) -> None:
    """End one sign-in."""
    session.execute(delete(SignIn).where(SignIn.token_hash == hashed(token)))


def end_sign_in_of(session: Session, person_id: int, token_hash: str) -> None:
    """End one of a person's sign-ins, named by the hash of its token."""
    session.execute(
        delete(SignIn).where(SignIn.person_id == person_id, SignIn.token_hash == token_hash)
    )


def end_sign_ins(session: Session, person_id: int, but: str | None = None) -> None:
    """End all sign-ins of a person at once.

    :param but: the token of one that stays.
    """
    which = SignIn.person_id == person_id
    if but is not None:
        which = which & (SignIn.token_hash != hashed(but))
    session.execute(delete(SignIn).where(which))


def end_links(session: Session, person_id: int) -> None:
    """End a person's one-time links, and a change of address that waits."""
    session.execute(delete(OneTimeLink).where(OneTimeLink.person_id == person_id))
    session.execute(delete(EmailChange).where(EmailChange.person_id == person_id))


def withdraw_invitation(session: Session, person_id: int) -> None:
    """End a person's invitation."""
    session.execute(
        delete(OneTimeLink).where(
            OneTimeLink.person_id == person_id, OneTimeLink.purpose == Purpose.INVITATION
        )
    )


def make_link(
    session: Session,
    person_id: int | None,
    now: datetime,
    *,
    purpose: Purpose = Purpose.INVITATION,
    by_mail: bool = False,
) -> str:
    """Make a one-time link and return its code; earlier ones for the same purpose end.

    :param person_id: whose password it sets; None for the first set-up.
    """
    code = secrets.token_urlsafe(24)
    if person_id is None:
        purpose = Purpose.SET_UP
    same = (
        OneTimeLink.person_id.is_(None) if person_id is None else OneTimeLink.person_id == person_id
    )
    session.execute(delete(OneTimeLink).where(same, OneTimeLink.purpose == purpose))
    session.add(
        OneTimeLink(
            code_hash=hashed(code),
            person_id=person_id,
            purpose=purpose,
            by_mail=by_mail,
            made_at=now,
            ends_at=now + rules.LASTS[purpose],
        )
    )
    session.flush()
    return code


def use_link(session: Session, code: str, now: datetime) -> int | None:
    """Use up a one-time link and return whose it is, None for the first set-up.

    :raises NotFound: when it was used, is too old, or the set-up is done.
    """
    used = session.execute(
        delete(OneTimeLink)
        .where(OneTimeLink.code_hash == hashed(code), OneTimeLink.ends_at > now)
        .returning(OneTimeLink.person_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()  # of two at the same moment, the database lets one through
    if used is None or (used.person_id is None and has_administrator(session)):
        raise NotFound("This link was used already or is too old. Ask for a new one.")
    person_id: int | None = used.person_id
    return person_id


def forget_ended(session: Session, now: datetime) -> int:
    """Remove sign-ins, links and changes that have ended, and attempts that are forgiven.

    :returns: how many.
    """
    quiet = now - rules.FORGIVEN_AFTER
    gone: tuple[ReturningDelete[Any], ...] = (
        delete(SignIn).where(SignIn.ends_at <= now).returning(SignIn.token_hash),
        delete(OneTimeLink).where(OneTimeLink.ends_at <= now).returning(OneTimeLink.code_hash),
        delete(EmailChange).where(EmailChange.ends_at <= now).returning(EmailChange.person_id),
        delete(Attempts).where(Attempts.last_at <= quiet).returning(Attempts.key_hash),
    )
    return sum(len(session.scalars(each).all()) for each in gone)


def pull_back(session: Session, now: datetime) -> None:
    """Let nothing last longer than it could from now on: a clock that was ahead made it so."""
    longest: tuple[tuple[type[SignIn | OneTimeLink | EmailChange], timedelta], ...] = (
        (SignIn, rules.SIGN_IN_LASTS),
        (OneTimeLink, max(rules.LASTS.values())),
        (EmailChange, rules.EMAIL_CHANGE_LASTS),
    )
    for table, lasts in longest:
        session.execute(
            update(table)
            .where(table.ends_at > now + lasts + rules.SKEW)
            .values(ends_at=now + lasts)
            .execution_options(synchronize_session=False)
        )


def ask_for_email(session: Session, person_id: int, email: str, now: datetime) -> tuple[str, str]:
    """Write down a new address that a person wants; one asked for before gives way.

    :returns: the codes that confirm it at the old and at the new address.
    """
    hold_person(session, person_id)
    old, new = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    session.execute(delete(EmailChange).where(EmailChange.person_id == person_id))
    session.add(
        EmailChange(
            person_id=person_id,
            email=email,
            old_code_hash=hashed(old),
            new_code_hash=hashed(new),
            ends_at=now + rules.EMAIL_CHANGE_LASTS,
        )
    )
    session.flush()
    return old, new


def confirm_email(session: Session, code: str, now: datetime) -> EmailChange:
    """Confirm a change of address at the one that the code was sent to.

    :raises NotFound: when it gave way, was carried out or is too old.
    """
    change = queries.find_email_change(session, code, now)
    if change is not None:
        hold_person(session, change.person_id)
        session.expire(change)
        change = queries.find_email_change(session, code, now)
    if change is None:
        raise NotFound("This link was used already or is too old. Ask for the change again.")
    if change.old_code_hash == hashed(code):
        change.old_confirmed_at = change.old_confirmed_at or now
    else:
        change.new_confirmed_at = change.new_confirmed_at or now
    session.flush()
    return change
