"""What a person does about the own way in, each verb with what follows from it."""

from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.auth import actions as auth
from advocacy.auth.models import EmailChange
from advocacy.contacts.queries import ties_with_emails
from advocacy.conversations.actions import hold, settle_ties
from advocacy.core.errors import Conflict, Invalid
from advocacy.people import actions as people
from advocacy.people.models import Person
from advocacy.people.queries import find_person_by_email, fresh_person
from advocacy.programme.queries import hold_for_closing


def ask_for_email(
    session: Session, person: Person, email: str, now: datetime
) -> tuple[str, tuple[str, str]]:
    """Write down that a person wants another address.

    :returns: the address, and the codes that confirm it at the old and at the new one. When
        somebody has it already the codes lead nowhere, and nobody learns of it here.
    :raises Invalid: when it is none, or the same.
    """
    email = people.checked_email(email)
    if email == person.email:
        raise Invalid("That is your address already.", field="email")
    return email, auth.ask_for_email(session, person.id, email, now)


def confirm_email(session: Session, code: str, now: datetime) -> tuple[EmailChange, bool]:
    """Confirm a change of address at one of the two; with both, carry it out.

    Contacts who have the old or the new address are settled again: who is a colleague changes.

    :returns: the change, and whether it is carried out now.
    :raises NotFound: when it is not open any more.
    :raises Conflict: when somebody else has the address by now.
    """
    hold_for_closing(session)
    change = auth.confirm_email(session, code, now)
    if change.old_confirmed_at is None or change.new_confirmed_at is None:
        return change, False
    person = fresh_person(session, change.person_id)
    if find_person_by_email(session, change.email) is not None:
        raise Conflict("Somebody in the programme has this address by now.")
    ties = ties_with_emails(session, [person.email, change.email])
    for number in sorted(set(ties.values())):
        hold(session, number)
    person.email = change.email
    session.flush()
    people.keep_words(session, person)
    settle_ties(session, ties, now)
    auth.end_links(session, person.id)  # they lie in the mailbox of before
    note(session, Action.EMAIL_CHANGED, actor_id=person.id, subject_id=person.id, now=now)
    session.flush()
    return change, True
