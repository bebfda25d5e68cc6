"""What the documents link to is there: files, pictures and headings."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
DOCUMENTS = sorted([*HOUSE.glob("*.md"), *HOUSE.glob("docs/*.md")])


def _without_code(document: Path) -> str:
    text = document.read_text(encoding="utf-8")
    return re.sub(r"`[^`]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def _headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as code hosts make them."""
    text = document.read_text(encoding="utf-8")
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


LINKS = [
    (document, link)
    for document in DOCUMENTS
    for link in re.findall(r"\]\(([^)\s]+)\)", _without_code(document))
    if not link.startswith(("http://", "https://", "mailto:"))
]


def test_links_are_found() -> None:
    assert len(LINKS) > 10


@pytest.mark.parametrize(
    ("document", "link"), [pytest.param(*one, id=f"{one[0].name} {one[1]}") for one in LINKS]
)
def test_what_is_linked_to_is_there(document: Path, link: str) -> None:
    path, _, heading = link.partition("#")
    target = (document.parent / path) if path else document
    assert target.exists()
    if heading:
        assert heading in _headings(target)
