"""Each page is held to its number of queries, the one that finds who is signed in included."""

import pytest
from sqlalchemy import event

from tests.app.world import World

# Who asks, and how many queries the page takes. A board's full page takes two fewer: it need not
# look for people without points; Today takes two fewer while nobody asks about an entry, and one
# more for managers.
QUERIES = {
    "home.today": ("advocate", 12),
    "home.growth": ("advocate", 22),
    "home.kept": ("advocate", 2),
    "conversations.log_page": ("advocate", 2),
    "conversations.correct_page": ("advocate", 3),
    "relationships.people": ("advocate", 4),
    "relationships.card": ("advocate", 17),
    "relationships.merge_page": ("advocate", 6),
    "library.items": ("advocate", 5),
    "library.item": ("advocate", 10),
    "people.profile": ("advocate", 3),
    "people.profiles": ("advocate", 2),
    "leaderboard.board": ("manager", 5),
    "leaderboard.balance": ("manager", 6),
    "questions.all_": ("manager", 4),
    "questions.question": ("manager", 6),
    "corrections.put_right_page": ("manager", 10),
    "leaderboard.person": ("manager", 18),
    "recognition.months": ("manager", 7),
    "recognition.month": ("manager", 8),
    "admin.programme": ("administrator", 6),
    "admin.people": ("administrator", 5),
    "admin.teams": ("administrator", 3),
    "admin.audit": ("administrator", 3),
    "admin.work": ("administrator", 4),
}


@pytest.mark.parametrize(
    ("endpoint", "role", "wanted"),
    [*((name, *of) for name, of in QUERIES.items()), ("home.today", "manager", 13)],
)
def test_a_page_takes_its_number_of_queries(
    world: World, endpoint: str, role: str, wanted: int
) -> None:
    route = next(one for one in world.app.url_map.iter_rules() if one.endpoint == endpoint)
    asked: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            asked.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", hear)
    try:
        answer = world.ask(route, "GET", role)
    finally:
        event.remove(world.database.engine, "before_cursor_execute", hear)
    assert answer.status_code == 200
    assert len(asked) == wanted, "\n".join(asked)
