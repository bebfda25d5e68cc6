"""When a contact may be asked, and what is shown of a name."""

from datetime import date

import pytest

from advocacy.confirmations.rules import brings, code_of, first_name, why_not


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Maria", "Maria"),
        ("Maria Oliveira", "Maria"),
        ("Oliveira, Maria", "Maria"),
        ("Prof. Dr. Maria Oliveira", "Maria"),
        ("Dr", "Dr"),
        ("maria.oliveira@example.org", ""),
        ("", ""),
    ],
)
def test_only_a_first_name_is_shown(name: str, first: str) -> None:
    assert first_name(name) == first


def test_a_code_follows_from_the_secret_and_the_seed() -> None:
    code = code_of("secret", "seed")
    assert code == code_of("secret", "seed")
    assert len({code, code_of("other", "seed"), code_of("secret", "other")}) == 3
    assert len(code) == 32  # letters and digits of five bits each: 160 in all
    assert code.isalnum()
    assert code == code.lower()


def test_what_it_brings_is_said_by_kind() -> None:
    assert "12 instead of 8" in brings("met")
    assert "beyond the 200 points" in brings("called")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, ""),
        ({"seen_by": "confirmed"}, "Maria has confirmed"),
        ({"seen_by": "import"}, "an import reported a talk that day"),
        ({"counted": False}, "remembered only"),
        ({"answered": False}, "not answered yet"),
        ({"said_on": date(2026, 11, 3)}, "3 November. Once a quarter is enough: you can ask again "
         "from 1 January on."),
    ],
)  # fmt: skip
def test_why_there_is_nothing_to_ask(wrong: dict[str, object], words: str) -> None:
    known: dict[str, object] = {
        "answered": True, "counted": True, "seen_by": None, "said_on": None, "quarter": "2026-Q4"
    }  # fmt: skip
    said = why_not("Maria", **{**known, **wrong})  # type: ignore[arg-type]
    assert words in said
    assert bool(said) == bool(words)
