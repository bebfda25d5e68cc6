"""Histories of a programme, as steps for `lived.World`: drawn ones, and one of everything.

They are drawn by chance from a number: strategies of lists repeat themselves and are mostly short
of conversations, without which there is nothing to agree on.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from hypothesis import strategies as st

Step = tuple[object, ...]
Draw = Callable[[Random], object]


def _one_of(*values: object) -> Draw:
    return lambda chance: chance.choice(values)


def _up_to(last: int) -> Draw:
    return lambda chance: chance.randint(0, last)


def _manner(chance: Random) -> object:
    kind = chance.choice(["commented", "wrote", "introduced", "called", "called", "met"])
    began = chance.choice(["advocate", "advocate", "contact"])
    return kind, began, (chance.random() < 0.7, chance.random() < 0.7)


_WHO, _PICK = _one_of(0, 1, 1, 1, 2, 2, 3), _up_to(30)
_AGO = _one_of(0, 0, 0, 0, 1, 2, 6, 8, 13, 15, 30)
_WHOM = _one_of((0,), (0,), (0,), (1,), (2,), (3,), (0, 1), (1, 2))

STEPS: Mapping[str, tuple[int, Sequence[Draw]]] = {
    "wait": (8, [_one_of(1, 3, 7, 7, 12, 20, 31)]),
    "log": (18, [_WHO, _WHOM, _AGO, _manner]),
    "bring": (2, [_WHO, _WHOM, _one_of(0, 7, 20, 40), _manner]),
    "answer": (2, [_PICK, _PICK, _AGO]),
    "correct": (3, [_PICK, _WHOM, _AGO, _manner]),
    "put_right": (3, [_PICK, _one_of(0, 1, 1, 2, 8, 20, 40), _manner]),
    "take_back": (1, [_PICK]),
    "undo": (1, []),
    "ask": (3, [_PICK, _PICK]),
    "tap": (3, [_PICK, _one_of("yes", "yes", "yes", "no", "forget")]),
    "erase": (1, [_PICK]),
    "merge": (2, [_PICK, _PICK]),
    "rename": (1, [_PICK, _one_of(True, False)]),
    "hire": (1, []),
    "share": (2, [_WHO, _AGO]),
    "take_share_back": (1, [_PICK]),
    "close": (3, []),
    "change_rules": (1, [_up_to(2)]),
    "go_or_come_back": (2, [_WHO]),
    "leave_or_join_ranking": (1, [_WHO]),
    "move": (1, [_WHO, _up_to(1)]),
    "remember": (3, []),
}
"""How often each step comes, and what is drawn for it; numbers are taken modulo what there is."""


def drawn(seed: int) -> list[Step]:
    """Return the history that a number stands for."""
    chance = Random(seed)
    often = [weight for weight, _ in STEPS.values()]
    verbs = chance.choices(list(STEPS), often, k=chance.randint(25, 40))
    return [(verb, *(draw(chance) for draw in STEPS[verb][1])) for verb in verbs]


HISTORIES = st.integers(0, 2**64).map(drawn)

CALL, MEETING, NOTE = (
    ("called", "advocate", (True, True)),
    ("met", "advocate", (True, True)),
    ("wrote", "advocate", (False, False)),
)
OF_EVERYTHING: list[Step] = [
    ("log", 1, (0,), 0, CALL),
    ("bring", 1, (2,), 40, CALL),
    ("log", 2, (0, 1), 2, NOTE),
    ("change_rules", 1),
    ("share", 1, 0),
    ("wait", 7),
    ("log", 1, (0,), 0, MEETING),
    ("ask", 4, 0),
    ("tap", 0, "yes"),
    ("log", 2, (2,), 1, CALL),
    ("remember",),
    ("move", 1, 1),
    ("wait", 14),
    ("go_or_come_back", 3),
    ("log", 1, (1,), 1, MEETING),
    ("correct", 5, (0,), 3, CALL),
    ("put_right", 4, 2, MEETING),
    ("wait", 7),
    ("close",),
    ("put_right", 0, 30, NOTE),
    ("answer", 2, 0, 0),
    ("log", 1, (0,), 0, CALL),
    ("log", 1, (1,), 0, CALL),
    ("remember",),
    ("merge", 0, 1),
    ("take_back", 1),
    ("hire",),
    ("erase", 1),
    ("go_or_come_back", 3),
    ("leave_or_join_ranking", 2),
    ("wait", 31),
    ("close",),
    ("log", 3, (3,), 0, CALL),
    ("undo",),
    ("take_share_back", 0),
    ("go_or_come_back", 2),
    ("log", 1, (0,), 0, MEETING),
]
"""Something of everything, so that no run is without it."""
