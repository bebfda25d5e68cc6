"""How long the answer at the door takes: wrong password, unknown, deactivated, not yet welcomed.

    python -m bench.sign_in [--times N]

Who tries addresses must learn nothing from the clock. The four kinds take turns on one server,
each attempt with an account and a network address of its own, so that nothing is throttled. Goal:
each kind's median within a tenth of the wrong password's.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from bs4 import BeautifulSoup

from advocacy.auth.actions import set_password
from advocacy.auth.models import Credential
from advocacy.core.database import Database
from advocacy.core.migrate import upgrade
from advocacy.core.time import now
from advocacy.people.actions import add_person
from advocacy.programme.actions import start
from bench.crowd import TODAY, engines
from bench.server import served
from bench.timing import side_by_side

KINDS = ("wrong password", "unknown", "deactivated", "not yet welcomed")
TOLERANCE = 0.10
WARM_UP = 3


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each kind's median, and its part of the wrong password's."""
    parser = argparse.ArgumentParser(description="Time the answers at the door.")
    parser.add_argument("--times", type=int, default=60)
    times = parser.parse_args(arguments).times
    with engines() as urls, TemporaryDirectory() as data:
        for engine, url in urls.items():
            _people(Database(url), times + WARM_UP)
            environ = {
                "ADVOCACY_DATA": str(Path(data) / engine),
                "ADVOCACY_DATABASE_URL": url,
                "ADVOCACY_TRUSTED_PROXIES": "1",
            }
            with served("bench.page:our_app", environ) as base, httpx.Client() as client:
                medians = side_by_side(*_attempts(client, base), times=times)
            for kind, median in zip(KINDS, medians, strict=True):
                print(
                    f"{engine:>10}, {kind}: {median:.1f} ms, {median / medians[0]:.3f} of a wrong "
                    f"password (within {TOLERANCE:.2f} of 1)"
                )


def _people(database: Database, each: int) -> None:
    upgrade(database)
    with database.writing() as session:
        start(session, time_zone="UTC", now=now())
        first = add_person(
            session,
            email="first@example.org",
            name="First",
            role="administrator",
            joined=TODAY,
            now=now(),
        )
        set_password(session, first.id, "a long phrase of one's own", now())
        kept = session.get_one(Credential, first.id).password_hash
        for kind in KINDS:
            for number in range(each if kind != "unknown" else 0):
                person = add_person(
                    session,
                    email=_address(kind, number),
                    name=f"Person {number}",
                    joined=TODAY,
                    now=now(),
                )
                if kind != "not yet welcomed":
                    session.add(
                        Credential(person_id=person.id, password_hash=kept, changed_at=now())
                    )
                if kind == "deactivated":
                    person.deactivated_at = now()
    database.engine.dispose()


def _address(kind: str, number: int) -> str:
    return f"{kind.replace(' ', '.')}.{number}@example.org"


def _attempts(client: httpx.Client, base: str) -> list[Callable[[], None]]:
    page = BeautifulSoup(client.get(f"{base}/sign-in").text, "html.parser")
    hidden = {
        str(field["name"]): str(field.get("value", ""))
        for field in page.select("main form[method=post] input[type=hidden]")
    }

    def attempt(kind: str) -> Callable[[], None]:
        tried = iter(range(10_000))

        def send() -> None:
            number = next(tried)
            answer = client.post(
                f"{base}/sign-in",
                data={**hidden, "email": _address(kind, number), "password": "not this one"},
                headers={
                    "X-Forwarded-For": f"10.{KINDS.index(kind)}.{number // 250}.{number % 250}"
                },
            )
            assert answer.status_code == 422, (kind, answer.status_code)

        return send

    return [attempt(kind) for kind in KINDS]


if __name__ == "__main__":
    main()
