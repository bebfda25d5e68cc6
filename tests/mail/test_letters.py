"""What letters look like when they go."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest
from jinja2 import UndefinedError
from sqlalchemy.orm import Session

from advocacy.core.errors import Invalid
from advocacy.mail.actions import post
from advocacy.mail.letters import Outgoing, message_of, write
from advocacy.mail.rules import Sender, State

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
VALUES = {"programme": "Fernhill", "called": "Ada", "link": "https://example.com/programme/work"}
SENDER = Sender("Fernhill", "advocacy@example.com")


def outgoing(address: str = "ada@example.org", **values: str) -> Outgoing:
    return Outgoing(1, address, write("trial", {**VALUES, **values}), "c0ffee", NOON, 1)


def test_a_letter_is_text_and_html_with_the_subject_of_its_template() -> None:
    written = write("trial", VALUES)
    assert written.subject == "A letter from Fernhill"
    assert written.text.startswith("Hello Ada,\n\n")
    assert "Subject" not in written.text
    assert "Hello Ada," in written.html
    assert VALUES["link"] in written.text
    assert VALUES["link"] in written.html


def test_only_the_html_is_escaped() -> None:
    written = write("trial", {**VALUES, "called": "Ada <b>& Co</b>"})
    assert "Hello Ada <b>& Co</b>," in written.text
    assert "Hello Ada &lt;b&gt;&amp; Co&lt;/b&gt;," in written.html
    assert "<b>" not in written.html


def test_a_value_that_is_missing_is_a_mistake_at_once() -> None:
    with pytest.raises(UndefinedError):
        write("trial", {"programme": "Fernhill"})


def test_the_headers() -> None:
    message = message_of(outgoing(), SENDER)
    assert message["Message-ID"] == "<c0ffee@example.com>"
    assert parsedate_to_datetime(message["Date"]) == NOON
    assert message["From"] == "Fernhill <advocacy@example.com>"
    assert message["To"] == "ada@example.org"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert message.as_bytes().isascii()


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: eve@example.com", "\n\nBcc: eve@example.com", "\u2028x"]
)
def test_no_name_smuggles_in_a_header(evil: str) -> None:
    message = message_of(
        outgoing(programme=f"Fernhill{evil}"), Sender(f"Fernhill{evil}", SENDER.address)
    )
    read = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert read["Bcc"] is None
    assert set(read.keys()) == {
        "Message-ID",
        "Date",
        "From",
        "To",
        "Subject",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    }


def test_letters_of_other_scripts() -> None:
    message = message_of(
        outgoing("søren@example.org", programme="Fârnhill"),
        Sender("Fârnhill, Zoë & Co", SENDER.address),
    )
    assert "To: søren@example.org".encode() in message.as_bytes()
    plain = message_of(outgoing(programme="Fârnhill"), Sender("Fârnhill", SENDER.address))
    assert plain.as_bytes().isascii()
    read = message_from_bytes(plain.as_bytes(), policy=policy.default)
    assert read["Subject"] == "A letter from Fârnhill"
    assert read["From"] == "Fârnhill <advocacy@example.com>"


def test_a_letter_waits_in_the_queue(session: Session) -> None:
    letter = post(session, "trial", to="ada@bücher.example", values=VALUES, now=NOON)
    session.expire_all()
    assert letter.state == State.WAITING
    assert letter.address == "ada@xn--bcher-kva.example"
    assert letter.due_at == NOON
    assert letter.html


def test_a_letter_to_nowhere_is_refused(session: Session) -> None:
    with pytest.raises(Invalid) as told:
        post(session, "trial", to="ada@example.com\nBcc: eve@x.org", values=VALUES, now=NOON)
    assert told.value.field == "email"
