"""What was asked about a person's conversations, and put right, for whoever explains a month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from advocacy.conversations.corrections import PutRight, corrections_to
from advocacy.core.time import day_of
from advocacy.points.models import Entry
from advocacy.programme.queries import get_programme
from advocacy.questions.queries import Asked, questions_to
from advocacy.questions.rules import Outcome
from advocacy.relationships.rules import Fate


@dataclass(frozen=True, slots=True)
class SetAside:
    """When and by whom a conversation was set aside, why, and since when it counts again."""

    question: int
    conversation: int
    at: datetime
    by: str
    reason: str
    restored_at: datetime | None

    @property
    def words(self) -> str:
        """Return by whom and why, to go on in a sentence."""
        return f"set aside by {self.by}" + (f" (“{self.reason}”)" if self.reason else "")


@dataclass(frozen=True, slots=True)
class About:
    """The latest question about each conversation, and what was ever set aside or put right."""

    questions: Mapping[int, Asked]
    set_asides: Sequence[SetAside]
    corrections: Sequence[PutRight]
    as_of: datetime | None
    zone: str

    def of(self, entry: Entry) -> Asked | None:
        """Return the latest question about an entry's conversation."""
        return self.questions.get(entry.deed) if entry.tie_id else None

    def words(self, question: int | None) -> str:
        """Return by whom and why something was set aside, by the question's number."""
        return next((one.words for one in self.set_asides if one.question == question), "")

    def put_right(self, conversation: int, at: datetime | None = None) -> str:
        """Return by whom, when and why a conversation was put right last, nothing if it never was.

        :param at: the moment of the correction in question, instead of the last one's.
        """
        for one in reversed(self.corrections):
            if one.conversation.id == conversation and at in (None, one.correction.corrected_at):
                return self._put_right(one)
        return ""

    def put_right_since(self, entry: Entry) -> str:
        """Return how the conversation of an entry was put right last, if not before the entry."""
        for one in reversed(self.corrections):
            if one.conversation.id == entry.deed:
                is_before = one.correction.corrected_at < entry.recorded_at
                return "" if is_before else self._put_right(one)
        return ""

    def put_right_last(self) -> dict[int, str]:
        """Return by whom, when and why conversations were put right last, by the conversation."""
        return {one.conversation.id: self._put_right(one) for one in self.corrections}

    def _put_right(self, one: PutRight) -> str:
        day = day_of(one.correction.corrected_at, self.zone)
        why = f" (“{one.correction.reason}”)" if one.correction.reason else ""
        return f"put right by {one.by} on {day.day} {day:%B}{why}"

    def stood(self, entry: Entry, as_now: tuple[date, str] | None) -> tuple[date, str] | None:
        """Return the day and kind of an entry's conversation when the entry was written.

        :param as_now: those of now: managers alone keep what it was before.
        """
        for made in (one.correction for one in self.corrections):
            if made.conversation_id == entry.deed and made.corrected_at > entry.recorded_at:
                return made.day, made.kind
        return as_now

    def fate(self, entry: Entry) -> Fate | None:
        """Return what a negative entry stands for that was written as something was decided."""
        for one in self.set_asides:
            if entry.recorded_at == one.at:
                return Fate.SET_ASIDE if entry.deed == one.conversation else Fate.OTHER_SET_ASIDE
            if entry.recorded_at == one.restored_at:
                return Fate.OTHER_RESTORED
        for made in (one.correction for one in self.corrections):
            if entry.recorded_at == made.corrected_at:
                is_own = entry.deed == made.conversation_id
                return Fate.PUT_RIGHT if is_own else Fate.OTHER_PUT_RIGHT
        return None

    def came_with(self, entry: Entry) -> str:
        """Return what was decided of another conversation as an entry was written, or nothing."""
        at = entry.recorded_at
        aside = {one.conversation for one in self.set_asides if one.at == at}
        made = [one.correction for one in self.corrections]
        right = {one.conversation_id for one in made if one.corrected_at == at}
        if entry.deed in aside | right:
            return ""
        return "set aside" if aside else "put right" if right else ""

    def taken_off(self, entry: Entry, fate: Fate) -> tuple[str, date | None]:
        """Return by whom and why an entry took points off, and since when they count again."""
        if fate is Fate.SET_ASIDE:
            for one in self.set_asides:
                if (one.at, one.conversation) == (entry.recorded_at, entry.deed):
                    again = one.restored_at
                    is_known = again and (self.as_of is None or again <= self.as_of)
                    return one.words, day_of(again, self.zone) if again and is_known else None
        return "", None


def asked_about(session: Session, person_id: int, as_of: datetime | None = None) -> About:
    """Return what was asked about a person's conversations, and put right.

    :param as_of: for a month as it stood then, beside which no question is shown.
    """
    every = questions_to(session, person_id)
    return About(
        {one.conversation.id: one for one in every} if as_of is None else {},
        [found for one in every if (found := _set_aside(one)) is not None],
        corrections_to(session, person_id),
        as_of,
        get_programme(session).time_zone,
    )


def _set_aside(asked: Asked) -> SetAside | None:
    question = asked.question
    if question.outcome != Outcome.SET_ASIDE or question.decided_at is None:
        return None
    return SetAside(
        question.id,
        question.conversation_id,
        question.decided_at,
        asked.decided_by,
        question.reason or "",
        question.restored_at,
    )
