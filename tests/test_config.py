"""Settings: the secret in the data folder, and what cannot be used."""

from pathlib import Path

import pytest

from advocacy.config import Settings, SettingsError


def settings_in(data: Path) -> Settings:
    return Settings.from_environment({"ADVOCACY_DATA": str(data)})


def test_the_first_start_makes_a_secret_that_is_its_owners_and_stays(tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = settings_in(data)
    assert len(made.secret_key) >= 32
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in data.iterdir()] == ["secret"]
    assert settings_in(data).secret_key == made.secret_key
    assert settings_in(tmp_path / "other").secret_key != made.secret_key
    assert made.secret_key not in str(made.shown())


@pytest.mark.parametrize(
    "kept", [b"", b"\n", b"x" * 31, b" " * 64, b"\xff" * 64, "ü".encode() * 32]
)
def test_a_secret_that_is_empty_cut_or_no_text_is_refused(tmp_path: Path, kept: bytes) -> None:
    (tmp_path / "secret").write_bytes(kept)
    with pytest.raises(SettingsError) as refused:
        settings_in(tmp_path)
    said = f"{tmp_path / 'secret'} holds no secret. Remove it, and a new one is made."
    assert str(refused.value) == said
    assert (tmp_path / "secret").read_bytes() == kept


def test_a_secret_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    with pytest.raises(SettingsError) as refused:
        settings_in(tmp_path)
    assert str(refused.value) == f"The data folder {tmp_path} cannot be used: Is a directory."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ADVOCACY_TIME_ZONE", "Mars/Olympus"),
        ("ADVOCACY_BASE_URL", "example.com"),
        ("ADVOCACY_BASE_URL", "https://example.com/advocacy?at=1"),
        ("ADVOCACY_BASE_URL", "https://example.com/#top"),
        ("ADVOCACY_BASE_URL", "https://"),
        ("ADVOCACY_BASE_URL", "https:///advocacy"),
        ("ADVOCACY_BASE_URL", "https://[example.com"),
        ("ADVOCACY_BASE_URL", "https://example.com:port"),
        ("ADVOCACY_BASE_URL", "https://mia:secret@example.com"),
        ("ADVOCACY_MAIL_URL", "mail.example.com"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({"ADVOCACY_DATA": str(tmp_path), name: value})
    assert str(refused.value).startswith(f"{name} ")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Advocacy.Example.com", "https://advocacy.example.com"),
        ("https://example.com:443/", "https://example.com"),
        ("http://localhost:80", "http://localhost"),
        ("https://example.com:8443/Ours/", "https://example.com:8443/Ours"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_the_address_is_kept_as_browsers_name_it(tmp_path: Path, given: str, kept: str) -> None:
    environ = {"ADVOCACY_DATA": str(tmp_path), "ADVOCACY_BASE_URL": given}
    assert Settings.from_environment(environ).base_url == kept


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://mia:secret@db/adv", "postgresql+psycopg://mia:(hidden)@db/adv"),
        ("postgresql://mia:sec%40ret@db/adv", "postgresql+psycopg://mia:(hidden)@db/adv"),
        ("postgresql://mia:secret?x@db/adv", "postgresql+psycopg://mia:(hidden)@db/adv"),
        ("postgresql://mia@db/adv", "postgresql+psycopg://mia@db/adv"),
        (
            "postgresql://db/adv?user=mia&password=secret&sslmode=require",
            "postgresql+psycopg://db/adv?user=mia&password=(hidden)&sslmode=require",
        ),
        (
            "postgresql://mia@db/adv?sslpassword=secret",
            "postgresql+psycopg://mia@db/adv?sslpassword=(hidden)",
        ),
        ("sqlite:////srv/a@b c.sqlite3", "sqlite:////srv/a@b c.sqlite3"),
    ],
)
def test_no_password_of_the_database_is_shown(tmp_path: Path, url: str, shown: str) -> None:
    given = {"ADVOCACY_DATA": str(tmp_path), "ADVOCACY_DATABASE_URL": url}
    [row] = [
        one
        for one in Settings.from_environment(given).shown()
        if one["name"] == "ADVOCACY_DATABASE_URL"
    ]
    assert row["value"] == shown
