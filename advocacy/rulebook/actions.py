"""Setting the rules of months to come."""

from datetime import datetime

from sqlalchemy.orm import Session

from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.core.stale import check_stamp, stamp
from advocacy.core.time import day_of
from advocacy.points import rule_sets
from advocacy.points.models import KeptRuleSet
from advocacy.points.queries import rule_sets as kept_rule_sets
from advocacy.points.rule_sets import RuleSet
from advocacy.programme.queries import get_programme, hold_for_closing


def set_rules(
    session: Session,
    from_month: str,
    rules: RuleSet,
    explanation: str,
    *,
    seen: str = "",
    set_by: int | None,
    now: datetime,
) -> None:
    """Set the rules of a coming month and those after it; again for that month replaces them.

    :param seen: the mark of the versions that they were tried against (``stamp_of``).
    :raises Conflict: when somebody set rules meanwhile.
    :raises Invalid: when the month has begun or is far off, or a number or the explanation
        cannot be; naming the field.
    """
    hold_for_closing(session)
    check_stamp(seen, *_stamped(session))
    today = day_of(now, get_programme(session).time_zone)
    rule_sets.check_coming(from_month, today)
    rule_sets.check(rules)
    words = rule_sets.checked_explanation(explanation)
    session.merge(
        KeptRuleSet(
            from_month=from_month,
            **rules.numbers(),
            explanation=words,
            set_by=set_by,
            set_at=now,
        )
    )
    note(session, Action.RULES_SET, actor_id=set_by, detail=from_month, now=now)
    session.flush()


def stamp_of(session: Session) -> str:
    """Return a mark of the versions that somebody set."""
    return stamp(*_stamped(session))


def _stamped(session: Session) -> list[tuple[str, datetime]]:
    return [(version.from_month, version.set_at) for version in kept_rule_sets(session)]
