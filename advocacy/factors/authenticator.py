"""Codes of an authenticator app: time-based one-time passwords, RFC 6238, six digits in 30 s."""

from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
_DRIFT = 1
"""How many steps a phone's clock may be off, either way."""


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, *, account: str, issuer: str) -> str:
    """Return the otpauth address that an app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def picture_of(address: str) -> str:
    """Return an address as a QR code: a data address of an SVG picture, dark on white."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff")


def step_of(secret: str, code: str, *, after: int, now: datetime) -> int | None:
    """Return the time step that a code is of, or None when it is wrong or was used before.

    :param after: the step of the code used last; only a later one is taken. One that no code can
        be of yet was written by a clock that was ahead, and says nothing.
    """
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    if after > current + _DRIFT:
        after = 0
    for step in range(current - _DRIFT, current + _DRIFT + 1):
        if step > after and pyotp.utils.strings_equal(totp.generate_otp(step), code):
            return step
    return None
