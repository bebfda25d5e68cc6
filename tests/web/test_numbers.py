"""Which texts are a row's number: pure."""

import pytest

from advocacy.web.numbers import LARGEST, contact_number, row_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("12", 12), (str(LARGEST), LARGEST)])
def test_plain_digits_are_a_number(text: str, number: int) -> None:
    assert row_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " 1", "+1", "-1", "1_0", "1.0", "²", "١", "id:1", str(LARGEST + 1), "9" * 5000],
)
def test_anything_else_is_none(text: str) -> None:
    assert row_number(text) is None


def test_only_who_was_picked_has_a_contacts_number() -> None:
    assert contact_number("id:12") == 12
    assert contact_number("12") is None
    assert contact_number("id:id:12") is None
    assert contact_number("Sofia") is None
