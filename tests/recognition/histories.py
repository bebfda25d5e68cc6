"""Histories of a programme, as steps for `lived.World`: drawn ones, and one of everything."""

from hypothesis import strategies as st

WHO = st.integers(0, 3)
PICK = st.integers(0, 30)
AGO = st.sampled_from([0, 0, 0, 1, 2, 6, 7, 8, 13, 15, 30])
WHOM = st.sampled_from([(0,), (0,), (1,), (2,), (3,), (0, 1), (1, 2)])
MANNER = st.tuples(
    st.sampled_from(["commented", "wrote", "introduced", "called", "called", "met"]),
    st.sampled_from(["advocate", "advocate", "contact"]),
    st.tuples(st.booleans(), st.booleans()),
)
STEP = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 3, 7, 7, 12, 20])),
    st.tuples(st.just("wait"), st.sampled_from([7, 14, 31])),
    st.tuples(st.just("log"), WHO, WHOM, AGO, MANNER),
    st.tuples(st.just("log"), WHO, WHOM, AGO, MANNER),
    st.tuples(st.just("log"), WHO, WHOM, AGO, MANNER),
    st.tuples(st.just("bring"), WHO, WHOM, st.sampled_from([0, 7, 20, 40]), MANNER),
    st.tuples(st.just("answer"), PICK, PICK, AGO),
    st.tuples(st.just("correct"), PICK, WHOM, AGO, MANNER),
    st.tuples(st.just("take_back"), PICK),
    st.tuples(st.just("undo")),
    st.tuples(st.just("ask"), PICK, PICK),
    st.tuples(st.just("tap"), PICK, st.sampled_from(["yes", "yes", "no", "forget"])),
    st.tuples(st.just("erase"), PICK),
    st.tuples(st.just("rename"), PICK, st.booleans()),
    st.tuples(st.just("hire")),
    st.tuples(st.just("share"), WHO, AGO),
    st.tuples(st.just("take_share_back"), PICK),
    st.tuples(st.just("close")),
    st.tuples(st.just("close")),
    st.tuples(st.just("change_rules"), st.integers(0, 2)),
    st.tuples(st.just("go_or_come_back"), WHO),
    st.tuples(st.just("leave_or_join_ranking"), WHO),
    st.tuples(st.just("move"), WHO, st.integers(0, 1)),
    st.tuples(st.just("remember")),
    st.tuples(st.just("remember")),
)
HISTORIES = st.lists(STEP, min_size=15, max_size=40)

CALL, MEETING, NOTE = (
    ("called", "advocate", (True, True)),
    ("met", "advocate", (True, True)),
    ("wrote", "advocate", (False, False)),
)
OF_EVERYTHING: list[tuple[object, ...]] = [
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
    ("correct", 4, (0,), 3, CALL),
    ("wait", 7),
    ("close",),
    ("answer", 2, 0, 0),
    ("log", 1, (0,), 0, CALL),
    ("log", 1, (1,), 0, CALL),
    ("remember",),
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
