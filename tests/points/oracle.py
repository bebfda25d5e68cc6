"""The points page told day by day: slow, and made in another way than the rules under test."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from advocacy.points.rules import Deed

TABLE = {  # kind: answered on one's word, answered and seen, unanswered; in the page's order
    "commented": (4, 4, 1),
    "wrote": (4, 4, 1),
    "introduced": (6, 6, 1),
    "called": (8, 8, 2),
    "met": (8, 12, 0),
}
ORDER = list(TABLE)

Earned = dict[tuple[date, str, str], tuple[int, str]]
"""By day, rule and evidence: the points and the kind of conversation that earned them."""


@dataclass
class Acquaintance:
    """What is known of a person on the evening of a day."""

    has_answered: bool = False
    weeks: set[tuple[int, int]] = field(default_factory=set)
    months: set[tuple[int, int]] = field(default_factory=set)
    last_answered: date | None = None
    is_relationship: bool = False


def earned(deeds: Iterable[Deed]) -> Earned:
    """Live through every day from the first deed to the last."""
    diary: dict[date, list[Deed]] = {}
    for deed in deeds:
        diary.setdefault(deed.day, []).append(deed)
    found: Earned = {}
    if not diary:
        return found
    known = Acquaintance()
    piece: list[tuple[Deed, int]] = []  # of a week within one month
    day, end = min(diary), max(diary)
    while day <= end:
        today = diary.get(day, [])
        piece += [(deed, _value(deed, known)) for deed in today]
        _live_a_day(day, [deed for deed in today if deed.answered], known, found)
        tomorrow = day + timedelta(days=1)
        if tomorrow.weekday() == 0 or tomorrow.day == 1 or day == end:
            _credit(piece, found)
            piece = []
        day = tomorrow
    return found


def sums(deeds: Iterable[Deed]) -> dict[tuple[date, str, str], int]:
    """Return only the points."""
    return {key: points for key, (points, _) in earned(deeds).items()}


def _value(deed: Deed, known: Acquaintance) -> int:
    on_word, when_seen, unanswered = TABLE[deed.kind]
    if deed.answered:
        return when_seen if deed.seen else on_word
    if deed.began == "contact":
        return 0
    return unanswered if known.has_answered else 0


def _live_a_day(day: date, talks: list[Deed], known: Acquaintance, found: Earned) -> None:
    if not talks:
        return
    traced = [deed for deed in talks if deed.seen]
    one = min(traced or talks, key=lambda deed: ORDER.index(deed.kind))
    evidence = "seen" if traced else "word"
    known.weeks.add(day.isocalendar()[:2])
    if known.is_relationship:
        assert known.last_answered is not None
        if day >= known.last_answered + timedelta(days=91):
            found[day, "return", evidence] = (4, one.kind)
    elif len(known.weeks) == 2:
        known.is_relationship = True
        found[day, "beginning", evidence] = (8, one.kind)
    before = len(known.months)
    known.months.add((day.year, day.month))
    if before == 2 and len(known.months) == 3:
        found[day, "lasting", evidence] = (8, one.kind)
    known.last_answered = day
    known.has_answered = True


def _credit(piece: list[tuple[Deed, int]], found: Earned) -> None:
    best_seen = _best([pair for pair in piece if pair[0].seen])
    best_word = _best([pair for pair in piece if not pair[0].seen])
    if best_seen:
        deed, value = best_seen
        found[deed.day, "week", "seen"] = (value, deed.kind)
    if best_word:
        deed, value = best_word
        more = value - (best_seen[1] if best_seen else 0)
        if more > 0:
            found[deed.day, "week", "word"] = (more, deed.kind)


def _best(pairs: list[tuple[Deed, int]]) -> tuple[Deed, int] | None:
    worthy = [pair for pair in pairs if pair[1]]
    if not worthy:
        return None
    most = max(value for _, value in worthy)
    equals = [pair for pair in worthy if pair[1] == most]
    first = min(deed.day for deed, _ in equals)
    return min(
        (pair for pair in equals if pair[0].day == first),
        key=lambda pair: ORDER.index(pair[0].kind),
    )


def month_sums(amounts: Mapping[tuple[date, str, str], int]) -> Counter[str]:
    """Return what each month is worth, one's word up to 200."""
    seen: Counter[str] = Counter()
    word: Counter[str] = Counter()
    for (day, _, evidence), points in amounts.items():
        (seen if evidence == "seen" else word)[day.strftime("%Y-%m")] += points
    return Counter({month: seen[month] + min(200, word[month]) for month in {*seen, *word}})
