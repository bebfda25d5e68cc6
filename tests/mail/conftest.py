"""A mail server of the test's own."""

from collections.abc import Iterator

import pytest

from tests.mailserver import MailServer


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    with server.running():
        yield server
