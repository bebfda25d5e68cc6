"""The audit trail: read, narrowed, handed on, and what is written into it."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from advocacy.audit.models import Event
from advocacy.core.database import Database
from advocacy.programme.queries import get_programme
from tests.portal import Caller, kept, settle_in, wrong

Ids = dict[str, int]
NOW = datetime.now(UTC)


@pytest.fixture
def ids(fresh_database: Database) -> Ids:
    return settle_in(fresh_database)


@pytest.fixture
def ada(app: Flask, ids: Ids) -> Caller:
    return Caller(app, "ada")


def write(database: Database, *events: Event) -> None:
    with database.writing() as session:
        session.add_all(events)


def event(at: datetime = NOW, actor: int | None = None, **values: object) -> Event:
    return Event(**{"at": at, "actor_id": actor, "action": "exported", "detail": "", **values})


def details(ada: Caller, query: str) -> list[str]:
    page = ada.page(f"/programme/audit?{query}")
    return [row.text for row in page.select("tbody td[data-label=Detail]")]


def actions_of(database: Database, actor: int | None) -> list[tuple[str, int | None, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(Event.action, Event.subject_id, Event.detail)
            .where(Event.actor_id == actor if actor else Event.actor_id.is_(None))
            .order_by(Event.id)
        )
        return [(action, subject, detail) for action, subject, detail in rows]


def test_the_trail_says_months_as_people_do(
    ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    with fresh_database.writing() as session:
        for detail in ("2026-10 csv", "2026-10-05"):
            session.add(
                Event(at=NOW, actor_id=None, action="exported", subject_id=None, detail=detail)
            )
    page = ada.page("/programme/audit?action=exported")
    said = [row.text for row in page.select("tbody td[data-label=Detail]")]
    assert said == ["2026-10-05", "October 2026 csv"]


def test_the_trail_is_paged_and_filtered(app: Flask, ada: Caller, fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        for number in range(120):
            session.add(
                Event(at=NOW, actor_id=None, action="exported", subject_id=None, detail=str(number))
            )
    Caller(app).sign_in("ada@example.com")
    rows = [len(ada.page(f"/programme/audit?page={n}").select("tbody tr")) for n in (1, 2, 3, 4)]
    assert rows == [50, 50, 21, 0]
    only = ada.page("/programme/audit?action=signed+in")
    assert [row.get_text(" ", strip=True) for row in only.select("tbody td[data-label=Who]")] == [
        "Ada Somebody"
    ]
    assert ada.get("/programme/audit?action=nonsense").status_code == 422
    next_page = ada.page("/programme/audit?action=exported").select_one("a[rel=next]")
    assert next_page is not None
    assert len(ada.page(str(next_page["href"])).select("tbody tr")) == 50


def test_the_trail_is_narrowed_to_somebody(ada: Caller, ids: Ids, fresh_database: Database) -> None:
    write(
        fresh_database,
        event(actor=ids["avi"], detail="by avi"),
        event(subject_id=ids["avi"], detail="about avi"),
        event(actor=ids["noor"], subject_id=ids["mina"], detail="neither"),
    )
    assert details(ada, "who=avi@example.com") == ["about avi", "by avi"]
    assert details(ada, "who=AVI+some") == ["about avi", "by avi"]
    assert details(ada, "who=avi&action=imported") == []
    link = ada.page(f"/programme/people/{ids['avi']}").select_one("a[href^='/programme/audit']")
    assert link is not None
    assert details(ada, str(link["href"]).partition("?")[2]) == ["about avi", "by avi"]


def test_the_trail_is_narrowed_to_days_of_the_programmes_time_zone(
    ada: Caller, fresh_database: Database
) -> None:
    with fresh_database.writing() as session:
        get_programme(session).time_zone = "Pacific/Auckland"  # 13 hours ahead in November
    last = datetime(2025, 11, 20, 10, 59, 59, tzinfo=UTC)
    write(
        fresh_database,
        event(last - timedelta(days=1), detail="the day before"),
        event(last, detail="the last second"),
        event(last + timedelta(seconds=1), detail="the next day"),
    )
    assert details(ada, "since=2025-11-20&until=2025-11-20") == ["the last second"]
    assert details(ada, "until=2025-11-19") == ["the day before"]
    assert details(ada, "since=2025-11-21&action=exported") == ["the next day"]
    backwards = ada.get("/programme/audit?since=2025-11-21&until=2025-11-20")
    assert backwards.status_code == 422
    assert wrong(backwards, "until")


@pytest.mark.parametrize(
    "day", ["2026-02-30", "yesterday", "0001-01-01", "9999-12-31", "\uff12\uff10"]
)
def test_a_day_that_is_none_is_said_beside_it(ada: Caller, day: str) -> None:
    for path in ("/programme/audit", "/programme/audit.csv"):
        answer = ada.client.get(path, query_string={"since": day, "who": "avi"})
        assert wrong(answer, "since")
        assert kept(answer, "since") == day
        assert kept(answer, "who") == "avi"


def test_the_trail_is_handed_on_as_a_table(ada: Caller, ids: Ids, fresh_database: Database) -> None:
    write(
        fresh_database,
        *(event(detail=str(number)) for number in range(1200)),
        event(datetime(2026, 1, 5, 12, tzinfo=UTC), ids["avi"], detail="=1+1", subject_id=987),
    )
    answer = ada.get("/programme/audit.csv?action=exported")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert rows[0] == ["at", "action", "actor_id", "actor", "subject_id", "subject", "detail"]
    assert rows[1] == [
        "2026-01-05T12:00:00+00:00",
        "exported",
        str(ids["avi"]),
        "Avi Somebody",
        "987",
        "person 987",
        "'=1+1",
    ]
    assert [row[6] for row in rows[2:]] == [str(number) for number in reversed(range(1200))]
    assert actions_of(fresh_database, ids["ada"])[-1] == ("exported", None, "audit trail csv")
    page = ada.page("/programme/audit?who=mina&action=signed+in&page=1")
    assert page.select_one("a[href*='audit.csv']") is None
    page = ada.page("/programme/audit?who=avi&action=exported")
    link = page.select_one("a[href*='audit.csv']")
    assert link is not None
    assert len(ada.get(str(link["href"])).text.splitlines()) == 2


def test_who_leaves_the_ranking_and_comes_back_is_written_down(
    app: Flask, ids: Ids, fresh_database: Database
) -> None:
    avi = Caller(app, "avi")
    form = avi.form("/growth", "/growth/ranking")
    form.pop("shown", None)
    avi.post("/growth/ranking", form)
    avi.send("/growth", {"shown": "y"}, "/growth/ranking")
    assert actions_of(fresh_database, ids["avi"])[-2:] == [
        ("left the ranking", ids["avi"], ""),
        ("back in the ranking", ids["avi"], ""),
    ]


def test_a_refused_sign_in_says_whose_account_it_tried(
    app: Flask, ids: Ids, fresh_database: Database
) -> None:
    nobody = Caller(app)
    nobody.sign_in("avi@example.com", "not this one")
    nobody.sign_in("unknown@example.com", "nor this one")
    assert actions_of(fresh_database, None)[-2:] == [
        ("sign-in refused", ids["avi"], ""),
        ("sign-in refused", None, ""),
    ]
    Caller(app, "avi").send(
        "/account", {"email": "a@b.cd", "current": "nor this"}, "/account/email"
    )
    assert actions_of(fresh_database, ids["avi"])[-1:] == [
        ("sign-in refused", None, "own password")
    ]
