"""Pauses, giving up, addresses, and what a mail server's URL says."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from advocacy.config import Settings, SettingsError
from advocacy.core.errors import Invalid
from advocacy.mail.rules import (
    NotDelivered,
    Server,
    checked_address,
    is_hopeless,
    pause_after,
    sender_address,
    server_of,
)

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


def test_pauses_grow_from_a_minute_to_six_hours() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 60)]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=6)


def test_a_letter_is_given_up_after_three_days() -> None:
    assert not is_hopeless(20, NOON, NOON + timedelta(days=3) - timedelta(seconds=1))
    assert is_hopeless(20, NOON, NOON + timedelta(days=3))


def test_a_clock_that_jumps_gives_nothing_up() -> None:
    assert not is_hopeless(1, NOON, NOON + timedelta(days=40))


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("ada@example.com", "ada@example.com"),
        ("ada+x'y@sub.example.com", "ada+x'y@sub.example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("søren@example.com", "søren@example.com"),
        ("root@localhost", "root@localhost"),
    ],
)
def test_addresses_that_letters_go_to(address: str, plain: str) -> None:
    assert checked_address(address) == plain


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada\n@example.com",
        "ada@exam\rple.com",
        "ada\0@example.com",
        "ada@example.com, eve@example.com",
        "Ada <ada@example.com>",
        "ada@example.com>",
        "ada @example.com",
        "ada@.example.com",
        "ada@exa..mple.com",
        "a" * 250 + "@example.com",
        "ada\u2028@example.com",
        "ada@example.com\x85",
    ],
)
def test_addresses_that_are_refused(address: str) -> None:
    with pytest.raises(Invalid):
        checked_address(address)


@given(some.text(max_size=40))
def test_no_address_smuggles_in_a_line(text: str) -> None:
    try:
        address = checked_address(f"ada{text}@example.com")
    except Invalid:
        return
    assert len(address.splitlines()) == 1
    assert not set(address) & set("<>,; \r\n")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.com", Server("mail.example.com", 25, is_tls=False)),
        ("smtps://mail.example.com", Server("mail.example.com", 465, is_tls=True)),
        (
            "smtp://mia%40example.com:p%2Fw@mail.example.com:587?from=hello@example.com",
            Server(
                "mail.example.com",
                587,
                is_tls=False,
                user="mia@example.com",
                password="p/w",
                sender="hello@example.com",
            ),
        ),
        (
            "smtp://mail.example.com?tls=optional",
            Server("mail.example.com", 25, is_tls=False, is_tls_optional=True),
        ),
    ],
)
def test_what_a_url_says(url: str, server: Server) -> None:
    assert server_of(url) == server
    assert Settings.from_environment(_environ(url)).mail_url == url


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("[::1]", True),
        ("127.mail.example.com", False),
        ("localhost.example.com", False),
        ("192.0.2.1", False),
    ],
)
def test_only_this_machine_is_here(host: str, is_here: bool) -> None:
    assert server_of(f"smtp://{host}:25").is_here is is_here


@pytest.mark.parametrize(
    ("mail_url", "base_url", "sender"),
    [
        (None, "https://advocacy.example.com", "advocacy@advocacy.example.com"),
        ("smtp://h", "http://127.0.0.1:8000", "advocacy@[127.0.0.1]"),
        ("smtp://h", "http://[::1]:8000", "advocacy@[IPv6:::1]"),
        ("smtp://h?from=hi@example.com", "https://advocacy.example.com", "hi@example.com"),
    ],
)
def test_whom_letters_come_from(mail_url: str | None, base_url: str, sender: str) -> None:
    assert sender_address(mail_url, base_url) == sender


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://mia:p/w@mail.example.com",
        "smtp://mail.example.com:many",
        "smtp://mail.example.com:0",
        "smtp://mail.example.com/inbox",
        "smtp://mail.example.com?from=nobody",
        "smtp://mail.example.com?from=",
        "smtp://mail.example.com?from=a@b.c%0d%0aBcc:%20d@e.f",
        "smtp://mail.example.com?to=a@b.c",
        "smtp://mail.example.com?tls=never",
        "smtp://mail.example.com?tls=optional&tls=optional",
        "smtps://mail.example.com?tls=optional",
        "smtp://mia:p%2Fw@mail.example.com?tls=optional",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_at_once(url: str) -> None:
    with pytest.raises(SettingsError) as told:
        Settings.from_environment(_environ(url))
    assert "\n" not in str(told.value)
    assert "p/w" not in str(told.value)


def test_what_a_server_says_is_kept_as_one_plain_line() -> None:
    assert NotDelivered("550\r\n no\0 such\tperson ").words == "550 no such person"
    assert len(NotDelivered("x" * 1000).words) == 300


def test_the_password_is_hidden() -> None:
    for url in (
        "smtp://mia:secret@mail.example.com?from=hi@example.com",
        "smtps://mia:secret@mail.example.com:465/?from=hi@example.com",
        "smtp://h?from=a@b.c",
        "smtp://h:25?tls=optional&from=a@b.c",
    ):
        rows = Settings.from_environment(_environ(url)).shown()
        shown = next(row["value"] for row in rows if row["name"] == "ADVOCACY_MAIL_URL")
        assert shown == url.replace("secret", "(hidden)")


def _environ(url: str) -> dict[str, str]:
    return {"ADVOCACY_MAIL_URL": url, "ADVOCACY_SECRET_KEY": "only for tests"}
