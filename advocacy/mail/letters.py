"""Writing letters: from a template, in text and in HTML, to what the post takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from advocacy.config import carried
from advocacy.mail.rules import SUBJECT_LENGTH, Sender

_SUBJECT = "Subject: "


@dataclass(frozen=True, slots=True)
class Written:
    """What a letter says."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter that is about to go: what it says, to whom, and what stays the same each time."""

    id: int
    address: str
    written: Written
    mark: str
    written_at: datetime
    attempts: int


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(carried("templates") / "mail"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def write(name: str, values: Mapping[str, object]) -> Written:
    """Write a letter from ``templates/mail/NAME.txt``, whose first line is the subject,
    and ``NAME.html``.

    :param values: what the templates speak of; addresses of pages are whole ones.
    """
    head, _, text = _templates().get_template(f"{name}.txt").render(values).partition("\n\n")
    subject = " ".join(head.removeprefix(_SUBJECT).split())[:SUBJECT_LENGTH]
    html = _templates().get_template(f"{name}.html").render({**values, "subject": subject})
    return Written(subject, text.strip() + "\n", html)


def message_of(letter: Outgoing, sender: Sender) -> EmailMessage:
    """Return a letter with its headers. They are the same however often it is sent."""
    is_plain = letter.address.isascii() and sender.address.isascii()
    message = EmailMessage(policy=SMTP if is_plain else SMTPUTF8)
    message["Message-ID"] = f"<{letter.mark}@{sender.address.rpartition('@')[2]}>"
    message["Date"] = letter.written_at
    message["From"] = _address(sender.address, " ".join(sender.name.split()))
    message["To"] = _address(letter.address)
    message["Subject"] = letter.written.subject
    message["Auto-Submitted"] = "auto-generated"
    # Quoted-printable goes through every server, also one that takes seven bits only.
    message.set_content(letter.written.text, cte="quoted-printable")
    message.add_alternative(letter.written.html, subtype="html", cte="quoted-printable")
    return message


def _address(address: str, name: str = "") -> Address:
    user, _, host = address.rpartition("@")
    return Address(display_name=name, username=user, domain=host)
