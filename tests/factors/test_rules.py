"""Codes of authenticator apps, recovery codes, and where passkeys may be: pure."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from advocacy.factors.authenticator import STEP_SECONDS, new_secret, step_of
from advocacy.factors.passkeys import Site
from advocacy.factors.rules import is_of_an_app, new_recovery_code, plain_code

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238's, in base 32


@pytest.mark.parametrize(
    ("second", "code"),
    # RFC 6238, appendix B: its eight digits end with these six
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_of_the_rfc(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert step_of(SECRET, code, after=0, now=at) == second // STEP_SECONDS


def test_a_code_works_once_and_a_clock_may_be_half_a_minute_off() -> None:
    secret, at = new_secret(), datetime(2026, 11, 25, 12, tzinfo=UTC)
    code = pyotp.TOTP(secret).at(at)
    step = step_of(secret, code, after=0, now=at)
    assert step is not None
    assert step_of(secret, code, after=step, now=at) is None
    for off, taken in ((-30, True), (30, True), (-90, False), (90, False)):
        found = step_of(secret, code, after=0, now=at + timedelta(seconds=off))
        assert (found is not None) == taken, off


def test_a_clock_that_was_ahead_locks_nobody_out() -> None:
    secret, at = new_secret(), datetime(2026, 11, 25, 12, tzinfo=UTC)
    ahead = at + timedelta(days=40)
    used = step_of(secret, pyotp.TOTP(secret).at(ahead), after=0, now=ahead)
    assert used is not None
    assert step_of(secret, pyotp.TOTP(secret).at(at), after=used, now=at) is not None


def test_a_recovery_code_is_read_however_it_is_typed() -> None:
    codes = {new_recovery_code() for _ in range(200)}
    assert len(codes) == 200
    code = codes.pop()
    assert plain_code(f"  {code.upper().replace('-', ' ')} ") == plain_code(code)
    assert len(plain_code(code)) == 24
    assert not is_of_an_app(plain_code(code))
    assert is_of_an_app(plain_code("123 456"))


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://advocacy.example.org", "advocacy.example.org"),
        ("https://example.org:8443", "example.org"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]:8000", None),
        ("http://advocacy.example.org", None),
    ],
)
def test_where_browsers_allow_passkeys(address: str, host: str | None) -> None:
    site = Site.at(address, "Sample")
    assert (site.host if site else None) == host
    if site:
        assert site.origin == address
