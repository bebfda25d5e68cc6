"""The settings of one installation, read once from the environment."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import available_timezones

import platformdirs

_CHECKOUT = Path(__file__).resolve().parent.parent
_COUNT_DIGITS = 2
SECRET_SHORTEST = 32
_PORTS = {"http": 80, "https": 443}
_SECRET = {"secret_key", "database_url", "mail_url"}


def carried(name: str) -> Path:
    """Return a folder that is carried with the app: inside the package, or beside a checkout's."""
    inside = Path(__file__).resolve().parent / name
    return inside if inside.is_dir() else _CHECKOUT / name


class SettingsError(Exception):
    """A setting that cannot be used; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and how the house is reached.

    ``origins`` says for each field whether it came from the environment, is the default, or was
    made here at the first start.
    """

    data: Path
    database_url: str
    base_url: str
    secret_key: str
    time_zone: str
    mail_url: str | None
    trusted_proxies: int
    keep_backups: int
    metrics: str | None
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the ``ADVOCACY_…`` variables.

        :raises SettingsError: when one of them cannot be used or the data folder refuses.
        """
        given = {
            name.removeprefix("ADVOCACY_").lower(): value.strip()
            for name, value in (os.environ if environ is None else environ).items()
            if name.startswith("ADVOCACY_") and value.strip()
        }
        data = Path(given["data"]).expanduser().absolute() if "data" in given else _default_data()
        known = ("data", "database_url", "base_url", "secret_key", "time_zone", "mail_url")
        origins = {
            name: "environment" if name in given else "default"
            for name in (*known, "trusted_proxies", "keep_backups", "metrics")
        }
        if "secret_key" not in given:
            origins["secret_key"] = "made at first start"
        return cls(
            data=data,
            database_url=_database_url(given.get("database_url"), data),
            base_url=_base_url(given.get("base_url", "http://127.0.0.1:8000")),
            secret_key=given.get("secret_key") or _kept_secret(data),
            time_zone=_time_zone(given["time_zone"]) if "time_zone" in given else "UTC",
            mail_url=_mail_url(given.get("mail_url")),
            trusted_proxies=_count(given.get("trusted_proxies", "0"), "TRUSTED_PROXIES"),
            keep_backups=_count(given.get("keep_backups", "7"), "KEEP_BACKUPS"),
            metrics=_metrics(given.get("metrics")),
            origins=origins,
        )

    @property
    def is_https(self) -> bool:
        """Whether people reach the house over TLS."""
        return self.base_url.startswith("https://")

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Where the metrics are served: host and port."""
        if self.metrics is None:
            return None
        parts = urlsplit(f"//{self.metrics}")
        return str(parts.hostname), int(parts.port or 0)

    def shown(self) -> list[dict[str, str | int | None]]:
        """Return every setting with its origin, secrets hidden."""
        rows: list[dict[str, str | int | None]] = []
        for name, origin in self.origins.items():
            value = getattr(self, name)
            shown = str(value) if isinstance(value, Path) else value
            if name in _SECRET and shown:
                shown = _without_password(str(shown)) if "url" in name else "(hidden)"
            rows.append({"name": f"ADVOCACY_{name.upper()}", "value": shown, "origin": origin})
        return rows


def _time_zone(text: str) -> str:
    if text not in available_timezones():
        raise SettingsError(
            f"ADVOCACY_TIME_ZONE is no time zone: {text[:60]}. Write one like Europe/Lisbon."
        )
    return text


def _default_data() -> Path:
    if (_CHECKOUT / "pyproject.toml").exists():
        return _CHECKOUT / "var"
    return Path(platformdirs.user_data_dir("advocacy"))


def demo_data(environ: Mapping[str, str] | None = None) -> Path:
    """Return the sample programme's own folder, which no other installation uses."""
    given = (os.environ if environ is None else environ).get("ADVOCACY_DATA", "").strip()
    data = Path(given).expanduser().absolute() if given else _default_data()
    return data / "demo" if given or data.parent == _CHECKOUT else data.with_name("advocacy-demo")


def _database_url(given: str | None, data: Path) -> str:
    if given is None:
        return f"sqlite:///{data / 'advocacy.sqlite3'}"
    for plain in ("postgresql://", "postgres://"):
        if given.startswith(plain):
            return _readable("postgresql+psycopg://" + given.removeprefix(plain))
    if given.startswith(("sqlite:///", "postgresql+psycopg://")):
        return _readable(given)
    raise SettingsError(
        "ADVOCACY_DATABASE_URL must begin with sqlite:/// or postgresql:// "
        f"(it begins with {given.split(':')[0]!r})."
    )


def _readable(url: str) -> str:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        names_something = make_url(url).database
    except (ArgumentError, ValueError) as error:
        raise SettingsError("ADVOCACY_DATABASE_URL cannot be read as an address.") from error
    if not names_something:
        raise SettingsError("ADVOCACY_DATABASE_URL names no database: add it at the end.")
    return url


def _base_url(given: str) -> str:
    """Return the address as browsers name it, which passkeys and a form's origin are held against.

    Its host in small letters, those of other scripts as ASCII, and no port that goes without
    saying.
    """
    if not given.startswith(("http://", "https://")):
        raise SettingsError("ADVOCACY_BASE_URL must begin with http:// or https://.")
    if "?" in given or "#" in given:
        raise SettingsError("ADVOCACY_BASE_URL must have no ? and no #.")
    wrong = SettingsError("ADVOCACY_BASE_URL must look like https://advocacy.example.org.")
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        raise wrong from None
    if not host or "@" in parts.netloc or not host.isprintable() or " " in host:
        raise wrong
    netloc = f"[{host}]" if ":" in host else host
    if port not in (None, _PORTS[parts.scheme]):
        netloc += f":{port}"
    return f"{parts.scheme}://{netloc}{parts.path}".rstrip("/")


def _mail_url(given: str | None) -> str | None:
    if given is None:
        return None
    shape = "smtp://user:password@host:port, with %-codes for odd letters in the password"
    wrong = SettingsError(f"ADVOCACY_MAIL_URL must look like {shape}.")
    try:
        parts = urlsplit(given)
        is_usable = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong from None  # which would show the password
    if not is_usable or parts.path.strip("/") or parts.fragment:
        raise wrong
    query = parse_qs(parts.query, keep_blank_values=True)
    senders, tls = query.pop("from", []), query.pop("tls", [])
    if query or len(senders) > 1 or not all(_is_address(sender) for sender in senders):
        raise SettingsError("ADVOCACY_MAIL_URL takes ?from= and an address, and ?tls=optional.")
    if tls and (tls != ["optional"] or parts.scheme != "smtp" or parts.username):
        raise SettingsError("ADVOCACY_MAIL_URL takes ?tls=optional only with smtp:// and no user.")
    return given


def _metrics(given: str | None) -> str | None:
    if given is None:
        return None
    try:
        parts = urlsplit(f"//{given}")
        is_usable = parts.netloc == given and "@" not in given and parts.hostname and parts.port
    except ValueError:
        is_usable = False
    if not is_usable:
        raise SettingsError("ADVOCACY_METRICS must be host:port, such as 127.0.0.1:9464.")
    return given


def _is_address(text: str) -> bool:
    user, _, host = text.rpartition("@")
    return bool(user and host) and text.isprintable() and not set(text) & set(" <>,;")


def _count(given: str, name: str) -> int:
    if not (given.isascii() and given.isdecimal() and len(given) <= _COUNT_DIGITS):
        raise SettingsError(f"ADVOCACY_{name} must be a whole number from 0 to 99.")
    return int(given)


def _kept_secret(data: Path) -> str:
    """Return the secret in the data folder, making it at the first start."""
    path = data / "secret"
    try:
        if not path.exists():
            _make_secret(path)
        kept = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"The data folder {data} cannot be used: {error.strerror}.") from error
    if not (kept.isascii() and len(kept) >= SECRET_SHORTEST):
        raise SettingsError(f"{path} holds no secret. Remove it, and a new one is made.")
    return kept.decode("ascii")


def _make_secret(path: Path) -> None:
    """Write a fresh secret beside its place, and put it there whole."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".secret-{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # somebody else was first: theirs holds
            os.link(fresh, path)
    finally:
        fresh.unlink()


def _without_password(url: str) -> str:
    """Hide the password in the login, and those in the query of a database's address."""
    if url.startswith("smtp"):
        parts = urlsplit(url)
        login, mark, host = parts.netloc.rpartition("@")
        shown = f"{login.partition(':')[0]}:(hidden)@{host}" if mark else host
        return parts._replace(netloc=shown).geturl()
    from sqlalchemy import make_url

    if make_url(url).password is not None:
        url = re.sub("(://[^:/]*):.*@", r"\1:(hidden)@", url)
    return re.sub("([?&][^=&]*password=)[^&]*", r"\1(hidden)", url)
