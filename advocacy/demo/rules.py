"""The invented people of the sample programme, and how each one's months go.

Nothing here is random: a day and a name always give the same conversations, so that two samples
made on one day are alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from advocacy.points.rules import Began, Kind

PASSWORD = "relationships"
PASSWORD_FOR = ("Asha Patel", "Clara Bergmann", "Robin Okafor")
"""Who can sign in at once: an advocate, a manager, an administrator."""
PROGRAMME = "Fernhill advocates"
TIME_ZONE = "Europe/Lisbon"
MONTHS = 6


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of the sample.

    ``pace`` is how many conversations a week, ``warmth`` in a hundred how often people answer,
    ``habits`` the kinds that the person prefers, ``arc`` how the pace changes over the months,
    ``waits`` what people wrote who still wait for an answer, a day ago and earlier.
    """

    name: str
    team: str
    title: str
    pace: float
    warmth: int
    habits: Sequence[Kind]
    arc: Sequence[float] = (1, 1, 1, 1, 1, 1)
    role: str = "advocate"
    say_it: str = ""
    joined_month: int = 0
    left_ranking: bool = False
    waits: Sequence[str] = ()

    @property
    def email(self) -> str:
        """The address at the invented company."""
        return self.name.lower().replace(" ", ".").replace("ü", "u") + "@fernhill.example"


_TALKS = (Kind.WROTE, Kind.CALLED, Kind.COMMENTED)
_MEETS = (Kind.MET, Kind.WROTE, Kind.CALLED, Kind.INTRODUCED)
_WRITES = (Kind.WROTE, Kind.COMMENTED, Kind.COMMENTED)
_CALLS = (Kind.CALLED, Kind.CALLED, Kind.WROTE)

ACTORS: Sequence[Actor] = (
    Actor(
        "Asha Patel",
        "Platform",
        "Engineer",
        5,
        88,
        _MEETS,
        (0.5, 0.7, 0.9, 1, 1.2, 1.4),
        waits=(
            "Are you at the school fair on Saturday?",
            "Would this work for a class of thirty? Ours share tablets.",
        ),
    ),
    Actor("Tom Eriksen", "Customer care", "Support lead", 6, 92, _CALLS),
    Actor("Ines Duarte", "Design", "Designer", 4, 85, _MEETS, (1, 1, 1.2, 0.6, 1, 1.3)),
    Actor(
        "Samuel Okoro",
        "Sales north",
        "Account manager",
        7,
        55,
        _TALKS,
        (1.4, 1.3, 1.1, 1, 0.9, 0.8),
    ),
    Actor("Mei Lin", "Design", "Researcher", 3, 80, _WRITES, say_it="may lin"),
    Actor("Paul Brandt", "Platform", "Engineer", 4, 70, _TALKS, (1.3, 1.2, 1, 0.7, 0.4, 0.2)),
    Actor(
        "Noor Haddad",
        "Customer care",
        "Teacher success",
        5,
        84,
        _MEETS,
        say_it="noor",
        joined_month=3,
    ),
    Actor("Jonas Weber", "Sales north", "Sales engineer", 3, 72, _CALLS),
    Actor("Lucía Romero", "Design", "Illustrator", 2, 90, _WRITES),
    Actor(
        "Kofi Mensah", "Platform", "Reliability engineer", 2, 76, _TALKS, (0, 0.2, 0.5, 1, 1.4, 1.8)
    ),
    Actor("Hannah Cole", "Customer care", "Support", 4, 81, _CALLS, (1, 1, 0, 0, 1, 1.2)),
    Actor("Yuki Tanaka", "Platform", "Data engineer", 2, 68, _WRITES, say_it="YOO-kee"),
    Actor("Pedro Alves", "Sales north", "Account manager", 5, 64, _MEETS),
    Actor("Greta Lindqvist", "Design", "Writer", 3, 78, _WRITES),
    Actor("Omar Farouk", "Sales north", "Partner manager", 4, 74, _MEETS, (0.8, 1, 1, 1.1, 1.2, 1)),
    Actor("Zofia Nowak", "Customer care", "Support", 3, 83, _TALKS, left_ranking=True),
    Actor("Ben Achterberg", "Platform", "Engineer", 1, 60, _WRITES),
    Actor("Amara Diallo", "Customer care", "Training", 4, 86, _MEETS, (0.4, 0.6, 0.8, 1, 1.1, 1.2)),
    Actor(
        "Viktor Hansen", "Sales north", "Sales", 8, 18, (Kind.WROTE,), (1, 1.2, 1.4, 1.6, 1.2, 1)
    ),
    Actor("Priya Nair", "Design", "Product designer", 2, 82, _TALKS, joined_month=2),
    Actor("Leo Fischer", "Platform", "Engineer", 2, 71, _TALKS, (1, 0.8, 0.5, 0.2, 0, 0)),
    Actor("Salma Idrissi", "Customer care", "Support", 3, 79, _CALLS, joined_month=4),
    Actor("Clara Bergmann", "Design", "Head of communications", 2, 85, _MEETS, role="manager"),
    Actor("Robin Okafor", "Platform", "IT", 0.6, 75, _WRITES, role="administrator"),
)

FIRST_NAMES = (
    "Maria Kwame Lena Idris Sofia Ravi Elena Bjorn Aiko Marco Fatima Pavel Greta Diego Ingrid "
    "Tariq Chloe Mateo Anouk Hugo Leila Sven Carmen Yusuf Nadia Felix Aisha Emil Rosa Luca"
).split()
LAST_NAMES = (
    "Oliveira Tetteh Novak Bello Lindgren Menon Petrova Dahl Mori Ricci Rahman Sokol Vogel Herrera "
    "Nilsen Aziz Laurent Silva Dubois Weiss Karimi Berg Vidal Demir Costa Keller Khan Holm"
).split()
NOTES = (
    "Their school can spare eight tablets.",
    "The choir sings on Advent Sunday.",
    "Asked how the new timetable works out.",
    "Moving to Porto in spring.",
    "Two sons, seven and nine; the older one skates.",
    "",
    "",
    "",
)
ITEMS = (
    (
        "How we halved our packaging",
        "https://fernhill.example/packaging",
        "Lighter boxes, no plastic, and three mistakes on the way.",
        "packaging",
    ),
    (
        "Quiet mornings with tablets",
        "https://fernhill.example/quiet-mornings",
        "What thirty children taught us about the first half hour.",
        "teaching",
    ),
    (
        "Tom’s night with the lost lessons",
        "https://fernhill.example/lost-lessons",
        "A school wrote at ten at night that its lessons were gone.",
        "teaching",
    ),
    (
        "Maths without fear: the slides",
        "https://fernhill.example/maths",
        "Forty slides, free to use, with the jokes left in.",
        "teaching",
    ),
    (
        "What a repair café does for a street",
        "https://fernhill.example/repair",
        "We lent the tools. The street did the rest.",
        "packaging",
    ),
    (
        "An open letter on homework",
        "",
        "We make software for schools, and we think children have enough homework.",
        "teaching",
    ),
)


@dataclass(frozen=True, slots=True)
class SampleSignIn:
    """A way into the sample programme."""

    role: str
    email: str
    password: str


def sign_ins() -> list[SampleSignIn]:
    """Return the ways in, one for each role."""
    return [
        SampleSignIn(actor.role, actor.email, PASSWORD)
        for actor in ACTORS
        if actor.name in PASSWORD_FOR
    ]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of the sample: with the contact of a number, on a day."""

    day: date
    contact: int
    kind: Kind
    began: Began
    answered: bool
    note: str


def dice(*of: object) -> int:
    """Return a number from 0 to 99 that always follows from the same values."""
    return sha256(repr(of).encode()).digest()[0] * 100 // 256


def contacts_of(actor: Actor) -> list[str]:
    """Return the names of the people that an actor knows, no two alike."""
    seed = sum(actor.name.encode())
    count = 5 + round(actor.pace * 3)
    names: list[str] = []
    step = 0
    while len(names) < count:
        first = FIRST_NAMES[(seed + step * 7) % len(FIRST_NAMES)]
        last = LAST_NAMES[(seed * 3 + step * 11 + step // 30) % len(LAST_NAMES)]
        if f"{first} {last}" not in names:
            names.append(f"{first} {last}")
        step += 1
    return names


def talks_of(actor: Actor, start: date, today: date) -> Iterator[Talk]:
    """Yield an actor's conversations from the first day of the sample to today, then what waits.

    A few people are met again and again, others once: as it is between people.
    """
    known = len(contacts_of(actor))
    day = start
    while day <= today:
        month = min((day.year - start.year) * 12 + day.month - start.month, MONTHS - 1)
        chance = actor.pace * actor.arc[month] * (100 / 7) * (1.25 if day.weekday() < 5 else 0.4)
        slot = 0
        while month >= actor.joined_month and dice(actor.name, day, slot) < chance - slot * 100:
            yield _talk(actor, day, slot, known)
            slot += 1
        day += timedelta(days=1)
    for back, words in enumerate(actor.waits, start=1):
        # Further down the list than the old acquaintances: a week with them is soon spoken for
        yield Talk(
            day=max(start, today - timedelta(days=back)),
            contact=known - 1 - back,
            kind=Kind.COMMENTED if back % 2 == 0 else Kind.WROTE,
            began=Began.CONTACT,
            answered=False,
            note=words,
        )


def _talk(actor: Actor, day: date, slot: int, known: int) -> Talk:
    draw = dice(actor.name, day, slot, "who") / 100
    contact = int(known * draw * draw)  # the square: old acquaintances come up more often
    kind = actor.habits[dice(actor.name, day, slot, "how") % len(actor.habits)]
    if kind is Kind.INTRODUCED:
        kind = Kind.CALLED
    theirs = dice(actor.name, day, slot, "began") < 38
    warmth = min(96, actor.warmth + (25 if contact < 3 else 0))
    answered = kind is Kind.MET or dice(actor.name, day, slot, "answered") < warmth
    return Talk(
        day=day,
        contact=contact,
        kind=kind,
        began=Began.CONTACT if theirs and kind is not Kind.MET else Began.ADVOCATE,
        answered=answered or (theirs and (day.day % 9 != 0)),
        note=NOTES[dice(actor.name, day, slot, "note") % len(NOTES)],
    )
