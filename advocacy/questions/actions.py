"""Asking about a conversation, answering, and deciding. Each holds the person who is asked."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.contacts.models import Contact
from advocacy.conversations import actions as conversations
from advocacy.conversations.actions import hold
from advocacy.conversations.models import Conversation, FormerPart, Participant
from advocacy.conversations.queries import only_known_by
from advocacy.conversations.setting_aside import restore as count_again
from advocacy.conversations.setting_aside import set_aside
from advocacy.core.errors import Conflict, Invalid, NotFound
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.text import checked_text
from advocacy.core.time import month_of
from advocacy.people.queries import get_person
from advocacy.points.models import Entry
from advocacy.points.queries import has_entries, one_with
from advocacy.questions import queries, rules
from advocacy.questions.models import Question
from advocacy.questions.queries import Asked
from advocacy.questions.rules import Outcome, State


def ask(
    session: Session,
    person_id: int,
    conversation_id: int,
    text: str,
    *,
    asked_by: int,
    now: datetime,
) -> Question:
    """Ask a person about one of their conversations: one question at a time.

    :raises NotFound: when the person has none of that number with an entry.
    :raises Invalid: when the text cannot be kept, or it is of one's own month.
    :raises Conflict: when a question is open, or nothing is left to decide.
    """
    hold(session, person_id)
    check_can_be_asked(session, person_id, conversation_id, asked_by)
    text = checked_text(text, rules.TEXT_LENGTH, field="text", empty="Write what you ask.")
    made = Question(conversation_id=conversation_id, asked_by=asked_by, asked_at=now, text=text)
    session.add(made)
    session.flush()
    _note(session, Action.QUESTION_ASKED, queries.get_question(session, made.id), asked_by, now)
    return made


def check_can_be_asked(
    session: Session, person_id: int, conversation_id: int, asked_by: int
) -> Conversation:
    """Return a conversation that may be asked about.

    What has no entry tells managers nothing: not even its day and kind.

    :raises NotFound: when the person has none of that number with an entry.
    :raises Invalid: when it is of one's own month.
    :raises Conflict: when a question is open, or nothing is left to decide.
    """
    conversation = session.get(Conversation, conversation_id, populate_existing=True)
    if (
        conversation is None
        or conversation.person_id != person_id
        or not has_entries(session, person_id, conversation_id)
    ):
        raise NotFound("There is no such conversation of theirs.")
    if person_id == asked_by:
        raise Invalid(rules.OTHERS_DECIDE)
    if reason := rules.why_closed(_facts_of(session, conversation), _called(session, person_id)):
        raise Conflict(reason)
    for earlier in queries.questions_about(session, conversation_id):
        if earlier.state.is_open:
            raise Conflict(
                f"{earlier.asked_by} asked about this already. One question at a time: read "
                "theirs, and decide it first."
            )
    if conversation.set_aside_by is not None:
        raise Conflict("This is set aside already. Let it count again before you ask anew.")
    return conversation


def _facts_of(session: Session, conversation: Conversation) -> rules.Facts:
    anybody = session.scalar(
        select(Participant.contact_id)
        .where(Participant.conversation_id == conversation.id)
        .limit(1)
    )
    return rules.Facts(
        answered=False,
        outcome=None,
        restored=False,
        taken_back=conversation.taken_back_at is not None,
        erased=anybody is None,
    )


def _called(session: Session, person_id: int) -> str:
    return get_person(session, person_id).called


def answer(session: Session, question_id: int, text: str, *, person_id: int, now: datetime) -> None:
    """Answer a question that one was asked, or change the answer until it is decided.

    :raises NotFound: when nobody asked this person.
    :raises Invalid: when the text cannot be kept.
    :raises Conflict: when it was decided meanwhile, or nothing is left to decide.
    """
    hold(session, person_id)
    asked = queries.own_question(session, person_id, question_id)
    rules.check_undecided(asked.facts, "You")
    text = checked_text(text, rules.ANSWER_LENGTH, field="answer", empty="Write your answer.")
    if text == asked.question.answer:
        return
    asked.question.answer, asked.question.answered_at = text, now
    session.flush()
    _note(session, Action.QUESTION_ANSWERED, asked, person_id, now)


def stamp_of(session: Session, asked: Asked) -> str:
    """Return a mark of what a decision is made on: the answer, and what the record says."""
    return stamp(*_stamped(session, asked))


def _stamped(session: Session, asked: Asked) -> tuple[object, ...]:
    spoken = asked.conversation
    with_whom = queries.ties_of_each(session, [spoken.id]).get(spoken.id, [])
    return asked.question.answer, spoken.day, spoken.kind, spoken.began, sorted(with_whom)


def decide(
    session: Session,
    question_id: int,
    outcome: str,
    reason: str,
    *,
    decided_by: int,
    seen: str = "",
    now: datetime,
) -> Asked:
    """Keep a conversation, or set it aside: it is worth nothing from then on.

    :param reason: what the person reads; needed to set aside.
    :param seen: the mark of what it was decided on (``stamp_of``).
    :raises Invalid: when the reason is missing or cannot be kept, or it is of one's own month.
    :raises Conflict: when it was decided or changed meanwhile, or nothing is left to decide.
    """
    asked = _held(session, question_id, decided_by)
    rules.check_undecided(asked.facts, asked.person.called)
    check_stamp(seen, *_stamped(session, asked))
    if outcome not in set(Outcome):
        raise Invalid("Keep it, or set it aside.", field="outcome")
    aside = outcome == Outcome.SET_ASIDE
    question = asked.question
    question.reason = (
        checked_text(
            reason,
            rules.REASON_LENGTH,
            field="reason",
            empty=f"Write a reason: {asked.person.called} reads it." if aside else "",
        )
        or None
    )
    question.outcome, question.decided_by, question.decided_at = outcome, decided_by, now
    if aside:
        set_aside(session, asked.conversation, question_id, now)
    session.flush()
    _note(session, Action.SET_ASIDE if aside else Action.KEPT, asked, decided_by, now)
    return queries.get_question(session, question_id)


def restore(
    session: Session, question_id: int, reason: str, *, restored_by: int, now: datetime
) -> Asked:
    """Let a conversation that was set aside count again, as what the record says of it now.

    :raises Invalid: when the reason is missing or cannot be kept, or it is of one's own month.
    :raises Conflict: when it is not set aside, or nothing is left that could count.
    """
    asked = _held(session, question_id, restored_by)
    if asked.state is State.RESTORED:
        raise Conflict("This counts again already.")
    if asked.state is not State.SET_ASIDE:
        raise Conflict("This is not set aside.")
    if asked.why_closed:
        raise Conflict(asked.why_closed)
    question = asked.question
    question.restored_reason = checked_text(
        reason,
        rules.REASON_LENGTH,
        field="reason",
        empty=f"Write a reason: {asked.person.called} reads it.",
    )
    question.restored_by, question.restored_at = restored_by, now
    count_again(session, asked.conversation, now)
    _note(session, Action.RESTORED, asked, restored_by, now)
    return queries.get_question(session, question_id)


def _held(session: Session, question_id: int, by: int) -> Asked:
    """Return a question once its person is held: of two decisions, one comes first."""
    hold(session, queries.get_question(session, question_id).person.id)
    asked = queries.get_question(session, question_id)
    if asked.person.id == by:
        raise Invalid(rules.OTHERS_DECIDE)
    return asked


def _note(session: Session, action: Action, asked: Asked, by: int, now: datetime) -> None:
    """Write down who did what to whose conversation of which month, and none of the words."""
    month = month_of(asked.conversation.day)
    note(session, action, actor_id=by, subject_id=asked.person.id, detail=month, now=now)


def take_back(session: Session, conversation: Conversation, now: datetime) -> list[int]:
    """Take a conversation back, with what was said in questions about whom it had brought along.

    The caller holds the person.

    :returns: the numbers of the contacts that are gone.
    """
    for contact in only_known_by(session, conversation):
        forget_words(session, contact)
    return conversations.take_back(session, conversation, now)


def forget_words(session: Session, contact: Contact) -> None:
    """Erase what was said in questions about a contact's conversations: it may name the contact.

    Those too that were with the contact once: as the ledger knows, as was written down, or by
    which the contact's was set aside before it was split off, since that was not written down
    always. Comes before the contact is erased; who asked, who decided and when stay.
    """
    theirs = select(Participant.conversation_id).where(Participant.contact_id == contact.id)
    ties = one_with(contact.id)
    once = select(Entry.deed).where(Entry.tie_id.in_(ties))
    parted = select(FormerPart.conversation_id).where(FormerPart.tie_id.in_(ties))
    marks = select(Conversation.set_aside_by).where(Conversation.id.in_(theirs))
    decided = aliased(Question)
    split_off = select(decided.conversation_id).where(decided.id.in_(marks))
    about = or_(
        *(Question.conversation_id.in_(those) for those in (theirs, once, parted, split_off))
    )
    for column in (Question.text, Question.answer, Question.reason, Question.restored_reason):
        session.execute(
            update(Question)
            .where(about, column.is_not(None))
            .values({column: ""})
            .execution_options(synchronize_session=False)
        )
