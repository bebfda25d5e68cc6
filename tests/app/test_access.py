"""Who may do what: every route with every role, from the one table of access."""

import pytest

from advocacy.app import create_app
from advocacy.app.access import ACCESS, Who
from tests.app.world import ROLE_OF, ROLES, World

# What belongs to the advocate: nobody else may learn even that it exists.
OWN = {
    "conversations.correct_page",
    "conversations.correct",
    "conversations.answered_page",
    "conversations.answered",
    "conversations.unmark_answered",
    "relationships.take_back",
    "asked.question",
    "asked.answer",
    "confirmations.ask_page",
    "confirmations.ask",
    "relationships.card",
    "relationships.change_page",
    "relationships.change",
    "relationships.drop_name",
    "relationships.merge_page",
    "relationships.merge",
    "library.take_back",
    "people.agree",
}


def _expected(endpoint: str, method: str, role: str) -> set[int]:
    """Return the answers that the table allows."""
    who = ACCESS[endpoint]
    allowed = {200, 302, 404, 409, 422}
    if who is Who.ANYBODY:
        return allowed
    if role not in ROLE_OF:
        return {400} if method == "POST" else {302}
    if ROLE_OF[role] not in who.value:
        return {403}
    if endpoint in OWN:
        return {200, 302, 422} if role == "advocate" else {404}
    return allowed


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    endpoints = {route.endpoint for route in world.app.url_map.iter_rules()}
    assert endpoints == set(ACCESS)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_lets_in_whom_the_table_names(world: World, role: str) -> None:
    wrong = []
    for route in world.app.url_map.iter_rules():
        for method in sorted((route.methods or set()) & {"GET", "POST"}):
            answer = world.ask(route, method, role)
            if answer.status_code not in _expected(route.endpoint, method, role):
                wrong.append(f"{method} {route} as {role}: {answer.status_code}")
            elif role not in ROLE_OF and answer.status_code == 302:
                somewhere = answer.location or ""
                public = ACCESS[route.endpoint] is Who.ANYBODY
                if not public and not somewhere.startswith("/sign-in"):
                    wrong.append(f"{method} {route} as {role} leads to {somewhere}")
    assert not wrong, "\n".join(wrong)


def test_what_has_no_row_is_denied(world: World) -> None:
    app = create_app(world.app.config["ADVOCACY"], world.database)
    app.add_url_rule("/overlooked", "overlooked", lambda: "secret")
    client = app.test_client()
    assert client.get("/overlooked").status_code == 302
    with client.session_transaction() as cookie:
        cookie["_user_id"] = world.tokens["administrator"]
    assert client.get("/overlooked").status_code == 403


def test_a_manager_never_reads_a_private_name_or_a_note(world: World) -> None:
    paths = (
        "/leaderboard",
        f"/leaderboard/{world.values['person_id']}",
        "/leaderboard/questions",
        f"/leaderboard/questions/{world.values['question_id']}",
        f"/leaderboard/{world.values['person_id']}/ask/{world.values['conversation_id']}",
        f"/leaderboard/{world.values['person_id']}/put-right/{world.values['conversation_id']}",
        "/recognition",
    )
    for path in paths:
        client = world.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = world.tokens["manager"]
        page = client.get(path).get_data(as_text=True)
        assert "Maria" not in page
