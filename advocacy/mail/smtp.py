"""Sending letters through a mail server."""

import re
import smtplib
import ssl
from types import TracebackType
from typing import Self

from advocacy.mail.letters import Outgoing, message_of
from advocacy.mail.rules import Bounced, NotDelivered, Sender, Server, State

TIMEOUT_SECONDS = 30
"""How long one answer may take."""

_OF_SENDER = re.compile(
    r"5(?:03|30)\b|\d+ 5\.(?:7\.|1\.[78]\b)"
    r"|.*\b(?:relay|sender address rejected|sender verify failed|helo command rejected)",
    re.IGNORECASE | re.DOTALL,
)
"""A refusal of who sends, not of the address, which somebody can set right: who has to sign in
(RFC 4954), a policy or the sender's address (X.7, X.1.7 and X.1.8 of RFC 3463), and relaying,
which not every server gives a number. Many say all of that only once they hear of a recipient."""


class SmtpOffice:
    """A mail server; the connection is made at the first letter and used for those after it."""

    outcome = State.SENT

    def __init__(self, server: Server, sender: Sender, *, timeout: float = TIMEOUT_SECONDS) -> None:
        self._server, self._sender, self._timeout = server, sender, timeout
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._hang_up()

    def send(self, letter: Outgoing) -> None:
        """Hand a letter to the server.

        :raises Bounced: when the server will never take it.
        :raises NotDelivered: when it does not take it now.
        """
        message = message_of(letter, self._sender)
        try:
            connection = self._connected()
            connection.send_message(
                message, from_addr=self._sender.address, to_addrs=[letter.address]
            )
        except smtplib.SMTPRecipientsRefused as refused:
            ((code, words),) = refused.recipients.values()
            raise _refusal(code, words) from refused
        except smtplib.SMTPDataError as refused:
            raise _refusal(refused.smtp_code, refused.smtp_error) from refused
        except smtplib.SMTPNotSupportedError as lacking:
            raise _lacking(letter, lacking) from lacking
        except smtplib.SMTPResponseException as refused:
            self._hang_up()
            said = _said(refused.smtp_code, refused.smtp_error)
            raise NotDelivered(said, is_out_of_reach=True) from refused
        except (
            smtplib.SMTPException,
            OSError,
            ValueError,
        ) as broken:  # a host or word that is none
            self._hang_up()
            raise NotDelivered(_plainly(broken), is_out_of_reach=True) from broken

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None or self._connection.sock is None:  # the server hung up
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        context = _security(server)
        if server.is_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            connection.ehlo_or_helo_if_needed()
            is_private = server.is_tls or server.is_here
            if not server.is_tls and connection.has_extn("starttls"):
                connection.starttls(context=context)
                connection.ehlo()
                is_private = True
            if not is_private:
                _check_goes_in_the_clear(server)
            if server.user:
                _log_in(connection, server)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (smtplib.SMTPException, OSError):
            connection.close()


def _check_goes_in_the_clear(server: Server) -> None:
    """Refuse to send without TLS, for letters hold links that let somebody in.

    :raises NotDelivered: unless whoever runs the house allows it, and no password is sent.
    """
    if server.is_tls_optional and not server.user:
        return
    what = "the password is" if server.user else "letters with links that let somebody in are"
    raise NotDelivered(
        f"The mail server offers no TLS, and {what} not sent without.", is_out_of_reach=True
    )


def _log_in(connection: smtplib.SMTP, server: Server) -> None:
    if not (server.user + server.password).isascii():  # smtplib would say which letter it is
        raise NotDelivered(
            "The user or the password in ADVOCACY_MAIL_URL has letters other than ASCII, which "
            "cannot be sent to a mail server.",
            is_out_of_reach=True,
        )
    try:
        connection.login(server.user, server.password)
    except smtplib.SMTPNotSupportedError as lacking:
        raise NotDelivered(_plainly(lacking), is_out_of_reach=True) from lacking


def _security(server: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.is_here:  # its certificate is nearly always its own, and nobody is between
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _refusal(code: int, words: bytes | str) -> NotDelivered:
    said = _said(code, words)
    is_of_address = code >= 500 and not _OF_SENDER.match(said)
    return (Bounced if is_of_address else NotDelivered)(said)


def _lacking(letter: Outgoing, error: smtplib.SMTPNotSupportedError) -> NotDelivered:
    if letter.address.isascii():
        return NotDelivered(_plainly(error))
    return Bounced("The mail server takes no addresses with letters of other scripts.")


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}" if code > 0 else text


def _plainly(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time."
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ssl.SSLError):
        return f"The mail server cannot be reached: {error.strerror}."
    return f"The mail server cannot be used: {error}"
