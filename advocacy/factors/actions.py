"""Writing second factors, and using them up."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from advocacy.core.codes import hashed
from advocacy.core.errors import Conflict, Invalid
from advocacy.factors import authenticator, passkeys, queries, rules
from advocacy.factors.models import Authenticator, Passkey, RecoveryCode
from advocacy.factors.passkeys import Site
from advocacy.people.queries import hold_person

_WRONG_CODE = "That code is not right, or was used before. Look at the app for the next one."


def add_authenticator(
    session: Session, person_id: int, *, secret: str, code: str, now: datetime
) -> list[str]:
    """Add an authenticator app, proved by one of its codes, in place of one before.

    :returns: fresh recovery codes, to be shown once.
    :raises Invalid: when the code is wrong.
    """
    hold_person(session, person_id)
    step = authenticator.step_of(secret, rules.plain_code(code), after=0, now=now)
    if step is None:
        raise Invalid(_WRONG_CODE, field="code")
    session.execute(delete(Authenticator).where(Authenticator.person_id == person_id))
    session.add(Authenticator(person_id=person_id, secret=secret, last_step=step, added_at=now))
    session.flush()
    return make_recovery_codes(session, person_id)


def make_recovery_codes(session: Session, person_id: int) -> list[str]:
    """Make fresh recovery codes; those of before end."""
    hold_person(session, person_id)
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = [rules.new_recovery_code() for _ in range(rules.RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(code_hash=hashed(rules.plain_code(code)), person_id=person_id)
        for code in codes
    )
    session.flush()
    return codes


def use_code(session: Session, person_id: int, typed: str, now: datetime) -> bool:
    """Use up an authenticator's code or a recovery code.

    :returns: whether it was a recovery code.
    :raises Invalid: when it is neither, or was used before.
    """
    hold_person(session, person_id)
    code = rules.plain_code(typed[: rules.CODE_LENGTH])
    if rules.is_of_an_app(code):
        app = session.get(Authenticator, person_id, populate_existing=True)
        if app is None:
            raise Invalid(_WRONG_CODE, field="code")
        step = authenticator.step_of(app.secret, code, after=app.last_step, now=now)
        if step is None:
            raise Invalid(_WRONG_CODE, field="code")
        app.last_step = step
        session.flush()
        return False
    used = session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_hash == hashed(code))
        .returning(RecoveryCode.code_hash)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if used is None:
        raise Invalid(_WRONG_CODE, field="code")
    return True


def add_passkey(
    session: Session,
    person_id: int,
    site: Site,
    *,
    name: str,
    answer: str,
    challenge: str,
    now: datetime,
) -> tuple[Passkey, list[str]]:
    """Add a passkey that the person's browser made.

    :returns: the passkey and, with the first factor of a person, fresh recovery codes.
    :raises Invalid: naming the field.
    :raises Conflict: when there are too many, or it is known already.
    """
    made = passkeys.check_made(site, answer=answer, challenge=challenge)
    hold_person(session, person_id)
    known = queries.factors_of(session, person_id)
    if len(known.passkeys) >= rules.PASSKEYS_MOST:
        raise Conflict(f"{rules.PASSKEYS_MOST} passkeys are enough. Remove one first.")
    if queries.find_passkey(session, made.credential_id) is not None:
        raise Conflict("This passkey is here already.")
    passkey = Passkey(
        person_id=person_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=_checked_name(name),
        added_at=now,
    )
    session.add(passkey)
    session.flush()
    codes = [] if known.recovery_codes else make_recovery_codes(session, person_id)
    return passkey, codes


def use_passkey(session: Session, site: Site, *, answer: str, challenge: str, now: datetime) -> int:
    """Return whose passkey signed the challenge.

    :raises Invalid: when none of ours did.
    """
    passkey = queries.find_passkey(session, passkeys.credential_id_of(answer))
    if passkey is None:
        raise Invalid("We do not know that passkey. Use another way.", field="answer")
    passkey.sign_count = passkeys.check_proof(site, passkey, answer=answer, challenge=challenge)
    passkey.used_at = now
    session.flush()
    return passkey.person_id


def remove_passkey(session: Session, person_id: int, passkey_id: int) -> bool:
    """Remove one of a person's passkeys; recovery codes go with the last factor.

    :returns: whether there was one.
    """
    hold_person(session, person_id)
    theirs = (Passkey.id == passkey_id, Passkey.person_id == person_id)
    removed = session.scalar(delete(Passkey).where(*theirs).returning(Passkey.id))
    _tidy_codes(session, person_id)
    return removed is not None


def remove_authenticator(session: Session, person_id: int) -> bool:
    """Remove a person's authenticator app; recovery codes go with the last factor.

    :returns: whether there was one.
    """
    hold_person(session, person_id)
    theirs = Authenticator.person_id == person_id
    removed = session.scalar(delete(Authenticator).where(theirs).returning(Authenticator.person_id))
    _tidy_codes(session, person_id)
    return removed is not None


def remove_all(session: Session, person_id: int) -> bool:
    """Remove every factor of a person who lost them. Return whether there was one."""
    had = bool(queries.factors_of(session, person_id))
    for table in (Authenticator, Passkey, RecoveryCode):
        session.execute(delete(table).where(table.person_id == person_id))
    session.expire_all()
    return had


def _tidy_codes(session: Session, person_id: int) -> None:
    session.expire_all()
    if not queries.factors_of(session, person_id):
        session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > rules.PASSKEY_NAME_LENGTH or "\0" in name:
        raise Invalid(f"Give it a name of up to {rules.PASSKEY_NAME_LENGTH} letters.", field="name")
    return name
