"""How templates tell numbers and names."""

import pytest
from flask import Flask

from advocacy.app.places import init_app


@pytest.fixture(scope="module")
def bare() -> Flask:
    """Give an app that has nothing but what stands around every page."""
    bare = Flask("bare", static_folder=None)
    init_app(bare)
    return bare


@pytest.mark.parametrize(
    ("number", "told"),
    [(0, "0"), (4, "+4"), (-8, "−8"), (1200, "+1,200"), (-1200, "−1,200")],
)
def test_what_is_added_or_taken_off_has_its_sign(bare: Flask, number: int, told: str) -> None:
    assert bare.jinja_env.from_string("{{ number | signed }}").render(number=number) == told


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("ada", "A"),
        ("Anna Maria von Berg", "AB"),
        ("João (Johnny) Marsh-Li", "JM"),
        ("Robert “Bob”", "RB"),
        ("Ada (2)", "A"),
        ("- Ada", "A"),
        ("ßeta", "SS"),
        ("王 小明", "王"),
        ("Kim 金", "K"),
        ("אבי כהן", "א"),
        ("…", "…"),
        (" ", ""),
        ("", ""),
        ("<b> &c", "&lt;"),
    ],
)
def test_a_face_without_a_photo_has_initials(bare: Flask, name: str, letters: str) -> None:
    template = "{% autoescape true %}{{ name | initials }}{% endautoescape %}"
    assert bare.jinja_env.from_string(template).render(name=name) == letters
