"""What may be asked, answered and decided, and how a question stands."""

from dataclasses import dataclass
from enum import StrEnum

from advocacy.core.errors import Conflict

TEXT_LENGTH = 500
ANSWER_LENGTH = 1000
REASON_LENGTH = 500

NEUTRAL = "What should we know about it?"
"""What stands in the form for a question: the manager may send it as it is."""
OTHERS_DECIDE = "This is of your own month: another manager asks and decides about it."


class Outcome(StrEnum):
    """What was decided of a conversation that was asked about."""

    KEPT = "kept"
    SET_ASIDE = "set aside"


class State(StrEnum):
    """How a question stands."""

    ASKED = "waits for an answer"
    ANSWERED = "answered"
    KEPT = "kept"
    SET_ASIDE = "set aside"
    RESTORED = "counts again"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be decided."""
        return self in {State.ASKED, State.ANSWERED}


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides how a question stands.

    ``taken_back``: the person took the conversation back. ``erased``: everybody whom it was with
    is erased.
    """

    answered: bool
    outcome: str | None
    restored: bool
    taken_back: bool
    erased: bool


def state_of(facts: Facts) -> State:
    """Return how a question stands; one about what is gone is closed by itself."""
    if facts.restored:
        return State.RESTORED
    if facts.outcome is not None:
        return State(facts.outcome)
    if facts.taken_back or facts.erased:
        return State.CLOSED
    return State.ANSWERED if facts.answered else State.ASKED


def why_closed(facts: Facts, who: str) -> str:
    """Return why there is nothing to decide about a conversation, nothing when there is.

    :param who: what the person is called.
    """
    if facts.taken_back:
        return f"{who} took this conversation back, so there is nothing left to decide."
    if facts.erased:
        return (
            "The name of whom this was with is erased. What was earned stays as it is, so there "
            "is nothing left to decide."
        )
    return ""


def check_undecided(facts: Facts, who: str) -> None:
    """Refuse to change a question that is no longer open.

    :raises Conflict: saying what became of it.
    """
    if facts.outcome is not None:
        raise Conflict("This was decided meanwhile.")
    if reason := why_closed(facts, who):
        raise Conflict(reason)
