"""What no line may hold: pure."""

import pytest

from advocacy.core.errors import Invalid
from advocacy.core.text import check_letters, checked_text


@pytest.mark.parametrize(
    "letter", ["\0", "\x07", "\n", "\r", "\t", "\x1b", "\x7f", "\x85", "\x9b", "\u202e", "\u2066"]
)
def test_a_control_character_is_refused(letter: str) -> None:
    with pytest.raises(Invalid, match="A control character") as refused:
        check_letters(f"So{letter}fia", field="name")
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "text",
    ["", "Sofia Ålund-O’Neill", "مريم", "\u05d0\u200f\u05d1", "क\u200dष", "👩\u200d💻", "a\u00a0b"],
)
def test_what_scripts_need_is_no_control_character(text: str) -> None:
    check_letters(text, field="name")


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 501, "a\0b", "\u202eevil", "a\x07"])
def test_what_cannot_be_kept_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_text(text, 500, field="reason", empty="Say why.")
    assert refused.value.field == "reason"


def test_lines_stay_and_space_around_goes() -> None:
    assert checked_text(" a\r\nb ", 3, field="text") == "a\nb"
    assert checked_text(" ", 3, field="text") == ""
