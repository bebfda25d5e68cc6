"""A real mail server in this process, which remembers what it took and refuses when told to."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from queue import Queue

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from advocacy.mail.rules import Server
from tests.servers import free_port

TAKEN = "250 Taken"
LOGIN = (b"advocacy", b"p@ss/word")


@dataclass
class MailServer:
    """What the server took, and what it answers next."""

    port: int = field(default_factory=free_port)
    taken: list[Envelope] = field(default_factory=list)
    arrivals: "Queue[Envelope]" = field(default_factory=Queue)
    to_recipients: list[str] = field(default_factory=list)
    """Answers to the next recipients; after those, every recipient is taken."""
    to_content: list[str] = field(default_factory=list)

    @property
    def address(self) -> Server:
        return Server("127.0.0.1", self.port, is_tls=False)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_of(envelope) for envelope in self.taken]

    @contextmanager
    def running(self, *, tls: bool = False) -> Iterator[None]:
        controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            enable_SMTPUTF8=True,
            tls_context=_tls() if tls else None,
            authenticator=_authenticate if tls else None,
            auth_required=tls,
        )
        controller.start()
        try:
            yield
        finally:
            controller.stop()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.to_recipients.pop(0) if self.to_recipients else TAKEN
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.to_content.pop(0) if self.to_content else TAKEN
        if answer == TAKEN:
            self.taken.append(envelope)
            self.arrivals.put(envelope)
        return answer


def message_of(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def bodies(message: EmailMessage) -> tuple[str, str]:
    """Return the text and the HTML of a message."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context


def _authenticate(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object
) -> AuthResult:
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == LOGIN
    return AuthResult(success=is_known, handled=False)
