"""Servers, lengths of posts and days that count: pure."""

from datetime import date

import pytest

from advocacy.core.errors import Invalid
from advocacy.shares.rules import (
    Channel,
    checked_server,
    counts_from,
    letters_over,
    looks_ahead,
    share_page,
)


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("mastodon.social", "mastodon.social"),
        (" https://Mastodon.Social/@me ", "mastodon.social"),
        ("@me@fosstodon.org", "fosstodon.org"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_server_is_read_out_of_what_people_type(typed: str, host: str) -> None:
    assert checked_server(typed) == host


@pytest.mark.parametrize(
    "typed",
    ["", "social", "a/b.c", "a..b", "-a.b", "1.2.3.4", "a.b:80", "a.b\n.c", "x" * 64 + ".y"],
)
def test_what_is_no_server_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_server(typed)
    assert refused.value.field == "server"


def test_mastodon_has_no_page_without_a_server() -> None:
    assert share_page(Channel.MASTODON, link="https://a.b/s/1", text="x", title="y") is None


@pytest.mark.parametrize(
    ("channel", "fits"), [("x", 280 - 1 - 23), ("mastodon", 500 - 1 - 23), ("bluesky", 300 - 1 - 9)]
)
def test_how_many_letters_are_too_many(channel: str, fits: int) -> None:
    assert letters_over(channel, text="t" * fits, link="a.b/s/123") == 0
    assert letters_over(channel, text="t" * (fits + 2), link="a.b/s/123") == 2
    assert letters_over("linkedin", text="t" * 5000, link="a.b/s/123") == 0


def test_from_which_day_on_a_share_earns() -> None:
    today, long_ago = date(2026, 11, 24), date(2020, 1, 1)
    assert counts_from(today, joined=long_ago, first_day=long_ago) == date(2026, 11, 10)
    assert counts_from(today, joined=today, first_day=long_ago) == today
    assert counts_from(today, joined=long_ago, first_day=date(2026, 11, 20)) == date(2026, 11, 20)


def test_people_are_no_programs() -> None:
    assert not looks_ahead("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1")
    assert not looks_ahead("")
