"""Pauses after failures, passwords that are refused, and devices in words: pure."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advocacy.auth.rules import Throttled, check_password, device_in_words, free_again
from advocacy.core.errors import Invalid

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@given(st.sampled_from(Throttled), st.integers(0, 10_000))
def test_a_pause_grows_and_never_locks_anybody_out(what: Throttled, failures: int) -> None:
    pause = free_again(what, failures, AT) - AT
    assert timedelta() <= pause <= timedelta(minutes=15)
    assert free_again(what, failures + 1, AT) - AT >= pause


def test_the_first_failures_cost_nothing() -> None:
    assert free_again(Throttled.ACCOUNT, 4, AT) == AT
    assert free_again(Throttled.ACCOUNT, 5, AT) == AT + timedelta(seconds=2)
    assert free_again(Throttled.ADDRESS, 49, AT) == AT


@pytest.mark.parametrize(
    "password",
    [
        *("password", "PassWord", "12345678", "qwertyuiop", "aaaaaaaa", "00000000", "ABCabcabc"),
        *("testtest", "12341234", "abcdefgh", "987654321"),
    ],
)
def test_the_most_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid, match="tried first"):
        check_password(password)


@pytest.mark.parametrize(
    "password",
    ["advocacy", "Advocacy2026!", "Fernhill-99", "voices of FERNHILL", "Asha1990", "asha.rao.2026"],
)
def test_what_is_near_at_hand_is_refused(password: str) -> None:
    near = ["asha.rao@example.com", "Asha Iyer", "Voices of Fernhill", ""]
    with pytest.raises(Invalid, match="others know"):
        check_password(password, near)
    for other in ("Fernhill has tall trees", "asha and the sea", "        ", "20262026!"):
        check_password(other, near)


@pytest.mark.parametrize(
    "password", ["🌲🌲🌲🌲🌲🌲🌲🌲", "        ", "ein ganzer Satz", "x" * 128, "abcdefgz"]
)
def test_any_letters_make_a_password(password: str) -> None:
    check_password(password)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8", "Another browser"),
        ("", "Another browser"),
    ],
)
def test_a_device_in_words(said: str, words: str) -> None:
    assert device_in_words(said) == words
