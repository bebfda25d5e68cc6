"""How a question stands."""

import pytest

from advocacy.questions.rules import Facts, State, state_of


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        (Facts(False, None, False, False, False), State.ASKED),
        (Facts(True, None, False, False, False), State.ANSWERED),
        (Facts(True, None, False, True, False), State.CLOSED),
        (Facts(True, None, False, False, True), State.CLOSED),
        (Facts(True, "kept", False, True, False), State.KEPT),
        (Facts(True, "set aside", False, False, False), State.SET_ASIDE),
        (Facts(True, "set aside", True, False, False), State.RESTORED),
    ],
)
def test_a_question_stands_as_the_record_says(facts: Facts, state: State) -> None:
    assert state_of(facts) is state
    assert state.is_open is (state in {State.ASKED, State.ANSWERED})
