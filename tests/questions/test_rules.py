"""What may be written in a question, and how one stands."""

import pytest

from advocacy.core.errors import Invalid
from advocacy.questions.rules import Facts, State, checked, state_of


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 501, "a\0b", "\u202eevil", "a\x07"])
def test_what_cannot_be_kept_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked(text, 500, field="reason", empty="Say why.")
    assert refused.value.field == "reason"


def test_lines_stay_and_space_around_goes() -> None:
    assert checked(" a\r\nb ", 3, field="text") == "a\nb"
    assert checked(" ", 3, field="text") == ""


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
