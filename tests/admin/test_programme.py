"""The administrator's pages: people, teams, settings, the trail."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from advocacy.audit.models import Event
from advocacy.contacts.actions import find_or_add
from advocacy.content.models import Item
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import month_of, shift_month
from advocacy.people.actions import add_person, find_or_add_team
from advocacy.people.models import Membership, Person, Team
from advocacy.people.queries import count_administrators, get_person, team_on
from advocacy.people.rules import NAME_LENGTH, Role
from advocacy.points.models import Standing
from advocacy.programme.queries import get_programme
from advocacy.recognition.actions import close_months
from advocacy.recognition.verify import verify
from tests.portal import JOINED, Caller, above, kept, read, settle_in, wrong

Ids = dict[str, int]
NOW = datetime.now(UTC)
TODAY = NOW.date()
NEW = "/programme/people/new"
SOMEBODY = {"email": "Zoe@Example.com", "name": "Zoe Zimmer", "title": "Carpenter"}


@pytest.fixture
def ids(fresh_database: Database) -> Ids:
    return settle_in(fresh_database)


@pytest.fixture
def ada(app: Flask, ids: Ids) -> Caller:
    return Caller(app, "ada")


def of(ids: Ids, who: str) -> str:
    return f"/programme/people/{ids[who]}"


def link_on(page: Any) -> str:
    found = page.select_one("#one-time-link")
    return str(found["value"]) if found else ""


def talk(database: Database, person: int, contact: str, day: date) -> None:
    """Log a conversation of a person on a day and the day itself, answered: 4 points."""
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    with database.writing() as session:
        hold(session, person)
        known = find_or_add(session, person, [contact], now)
        record(
            session, [NewConversation(person, known, Said(day, "wrote", "advocate", [True]))], now
        )


def points(database: Database, person: int) -> int:
    with database.reading() as session:
        standing = session.get(Standing, (person, "all"))
        assert not verify(session).problems
        return standing.points if standing else 0


def trail(database: Database) -> list[tuple[str, int | None, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(Event.action, Event.subject_id, Event.detail)
            .where(Event.action.not_in(["signed in", "signed out"]))
            .order_by(Event.id)
        )
        return [(action, subject, detail) for action, subject, detail in rows]


# --- people


def test_somebody_new_gets_a_link_that_is_shown_once(
    app: Flask, ada: Caller, fresh_database: Database
) -> None:
    answer = ada.send(NEW, {**SOMEBODY, "role": "manager"})
    page = read(ada.get(answer.location))
    link = link_on(page)
    assert link.startswith("http://127.0.0.1:8000/welcome/")
    assert not link_on(read(ada.get(answer.location)))
    with fresh_database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == "zoe@example.com")).one()
    assert (person.name, person.role, person.joined) == ("Zoe Zimmer", "manager", TODAY)
    zoe = Caller(app)
    phrase = {"password": "her very own phrase", "repeated": "her very own phrase"}
    assert zoe.send(link.removeprefix("http://127.0.0.1:8000"), phrase).status_code == 302
    assert zoe.is_signed_in()
    noted = trail(fresh_database)
    assert ("person added", person.id, "manager") in noted
    assert ("one-time link made", person.id, "") in noted
    assert not any("zoe" in detail.lower() for _, _, detail in noted)


def test_a_link_is_shown_on_the_page_of_its_person_only(ada: Caller, ids: Ids) -> None:
    ada.send(of(ids, "avi"), action=f"{of(ids, 'avi')}/link")
    assert not link_on(ada.page(of(ids, "noor")))
    assert link_on(ada.page(of(ids, "avi")))


def test_a_person_sent_twice_is_added_once(ada: Caller, fresh_database: Database) -> None:
    form = {**ada.form(NEW), **SOMEBODY}
    first, second = ada.post(NEW, form), ada.post(NEW, form)
    assert first.status_code == second.status_code == 302
    assert first.location == second.location
    with fresh_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 5
    again = ada.send(NEW, SOMEBODY)
    assert "is here already" in wrong(again, "email")
    assert kept(again, "name") == "Zoe Zimmer"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "A name is needed."),
        ({"name": "  "}, "name", "A name is needed."),
        ({"name": "x" * 300}, "name", f"300 letters; up to {NAME_LENGTH} fit."),
        ({"name": "a\0b"}, "name", "control character"),
        ({"email": ""}, "email", "is needed"),
        ({"email": "nobody"}, "email", "looks like"),
        ({"email": "a\0@example.com"}, "email", ""),
        ({"email": "x" * 300 + "@example.com"}, "email", "letters; up to"),
        ({"title": "x" * 300}, "title", "letters; up to"),
        ({"role": "emperor"}, "role", "A role is"),
        ({"team": "999999"}, "team", "no such team"),
        ({"team": "x"}, "team", "no such team"),
        ({"joined": ""}, "joined", "please"),
        ({"joined": "2026-02-30"}, "joined", "28 days"),
        ({"joined": "0001-01-01"}, "joined", "A day from 1 January 1990"),
    ],
)
def test_a_person_that_cannot_be(
    ada: Caller, fresh_database: Database, typed: dict[str, str], field: str, words: str
) -> None:
    answer = ada.send(NEW, {**SOMEBODY, **typed})
    assert words in wrong(answer, field)
    assert kept(answer, "title") == {**SOMEBODY, **typed}["title"]
    with fresh_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 4
        assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_a_contact_who_becomes_a_colleague_stops_counting(
    ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    talk(fresh_database, ids["avi"], "zoe@example.com", TODAY)
    talk(fresh_database, ids["noor"], "ZOE@example.com", TODAY)
    assert points(fresh_database, ids["avi"]) == 4
    ada.send(NEW, SOMEBODY)
    assert points(fresh_database, ids["avi"]) == 0
    assert points(fresh_database, ids["noor"]) == 0


def test_changing_a_person(ada: Caller, ids: Ids, fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        team = find_or_add_team(session, "Platform")
        assert team is not None
    typed = {"name": " Avi  Ahn ", "title": "Baker", "team": str(team.id), "role": "manager"}
    assert ada.send(of(ids, "avi"), typed).status_code == 302
    assert ada.send(of(ids, "avi")).status_code == 302  # nothing changed, nothing noted
    with fresh_database.reading() as session:
        avi = get_person(session, ids["avi"])
        assert (avi.name, avi.title, avi.role, avi.team_id) == (
            "Avi Ahn",
            "Baker",
            "manager",
            team.id,
        )
        since = session.scalars(
            select(Membership.since).where(Membership.person_id == avi.id).order_by("since")
        ).all()
        assert since == [JOINED, TODAY]
    assert trail(fresh_database) == [
        ("role changed", ids["avi"], "manager"),
        ("person changed", ids["avi"], "name, title, team"),
    ]


def test_who_moves_before_joining_joins_the_new_team(
    ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    later = TODAY + timedelta(days=30)
    for name in ("North", "South"):
        ada.send("/programme/teams", {"name": name})
    with fresh_database.reading() as session:
        north, south = session.scalars(select(Team.id).order_by(Team.name)).all()
    ada.send(NEW, {**SOMEBODY, "team": str(north), "joined": later.isoformat()})
    with fresh_database.reading() as session:
        person = session.scalars(select(Person.id).order_by(Person.id.desc())).first()
        assert person is not None
    path = f"/programme/people/{person}"
    assert ada.send(path, {"team": str(south)}).status_code == 302
    with fresh_database.reading() as session:
        assert team_on(session, later)[person] == south


def test_a_moved_day_of_joining_is_settled_at_once(
    ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    talk(fresh_database, ids["avi"], "ines@elsewhere.example", TODAY - timedelta(days=1))
    assert points(fresh_database, ids["avi"]) == 4
    path = of(ids, "avi")
    assert ada.send(path, {"joined": TODAY.isoformat()}).status_code == 302
    assert points(fresh_database, ids["avi"]) == 0
    assert "1 conversation lies before Avi" in ada.get(path).text
    assert ada.send(path, {"joined": JOINED.isoformat()}).status_code == 302
    assert points(fresh_database, ids["avi"]) == 4
    assert "before Avi" not in ada.get(path).text


def test_who_has_joined_does_not_join_tomorrow(
    ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    answer = ada.send(of(ids, "avi"), {"joined": tomorrow, "title": "Baker"})
    assert "has joined already" in wrong(answer, "joined")
    assert (kept(answer, "joined"), kept(answer, "title")) == (tomorrow, "Baker")
    assert ada.send(NEW, {**SOMEBODY, "joined": tomorrow}).status_code == 302
    with fresh_database.reading() as session:
        new = session.scalars(select(Person).where(Person.joined > TODAY)).one().id
    later = (TODAY + timedelta(days=9)).isoformat()
    assert ada.send(f"/programme/people/{new}", {"joined": later}).status_code == 302


def test_two_tabs_lose_nothing(ada: Caller, ids: Ids, fresh_database: Database) -> None:
    path = of(ids, "avi")
    first, second = ada.form(path), ada.form(path)
    assert ada.post(path, {**first, "title": "Baker"}).status_code == 302
    refused = ada.post(path, {**second, "name": "Avi Ahn"})
    assert "changed while you had it open" in above(refused)
    assert kept(refused, "name") == "Avi Ahn"
    assert "Baker" in refused.text
    names = ("csrf_token", "form_key", "seen", "name", "title", "joined")
    again = {**second, **{name: kept(refused, name) for name in names}, "title": "Baker"}
    assert ada.post(path, again).status_code == 302
    with fresh_database.reading() as session:
        avi = get_person(session, ids["avi"])
        assert (avi.name, avi.title) == ("Avi Ahn", "Baker")


def test_the_only_administrator_stays(ada: Caller, ids: Ids, fresh_database: Database) -> None:
    refused = ada.send(of(ids, "ada"), {"role": "advocate", "title": "Not kept"})
    assert "is the only administrator" in wrong(refused, "role")
    assert kept(refused, "title") == "Not kept"
    deactivate = f"{of(ids, 'ada')}/deactivate"
    page = ada.page(of(ids, "ada"))
    assert page.select_one(f"form[action='{deactivate}']") is None
    assert "Ada is the only administrator." in page.text
    refused = ada.post(deactivate, ada.form("/profile", "/sign-out"))
    assert "is the only administrator" in wrong(refused, "deactivate")  # where it was pressed
    assert read(refused).select_one("#role-error") is None
    assert ada.get("/programme").status_code == 200
    with fresh_database.reading() as session:
        assert get_person(session, ids["ada"]).title == ""
    assert trail(fresh_database) == []
    ada.send(of(ids, "mina"), {"role": "administrator"})
    assert ada.page(of(ids, "ada")).select_one(f"details form[action='{deactivate}']") is not None
    assert ada.send(of(ids, "ada"), {"role": "advocate"}).location == "/"
    assert ada.get("/programme").status_code == 403


def test_of_two_administrators_who_remove_each_other_one_stays(
    app: Flask, ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    ada.send(of(ids, "mina"), {"role": "administrator"})
    mina = Caller(app, "mina")
    sent = [
        (ada, of(ids, "mina"), {**ada.form(of(ids, "mina")), "role": "advocate"}),
        (mina, of(ids, "ada"), {**mina.form(of(ids, "ada")), "role": "advocate"}),
        (ada, f"{of(ids, 'mina')}/deactivate", ada.form("/profile", "/sign-out")),
        (mina, f"{of(ids, 'ada')}/deactivate", mina.form("/profile", "/sign-out")),
    ]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one[0].post(one[1], one[2]).status_code, sent))
    assert set(answers) <= {302, 400, 403, 422}, answers
    with fresh_database.reading() as session:
        assert count_administrators(session) == 1


def test_deactivated_means_out_at_once(
    app: Flask, ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    talk(fresh_database, ids["avi"], "ines@elsewhere.example", TODAY)
    avi = Caller(app, "avi")
    path = of(ids, "avi")
    ada.send(path, action=f"{path}/link")
    link = link_on(ada.page(path)).removeprefix("http://127.0.0.1:8000")
    assert ada.send(path, action=f"{path}/deactivate").status_code == 302
    assert not avi.is_signed_in()
    assert Caller(app).sign_in("avi@example.com").status_code == 422
    assert Caller(app).get(link).status_code == 404
    assert points(fresh_database, ids["avi"]) == 4
    assert "deactivated" in ada.get("/programme/people?q=avi").text
    refused = ada.post(f"{path}/link", ada.form("/profile", "/sign-out"))
    assert refused.location == path
    assert "Activate first" in ada.get(path).text
    assert ada.send(path, action=f"{path}/activate").status_code == 302
    assert not avi.is_signed_in()  # what ended stays ended
    assert Caller(app).get(link).status_code == 404
    assert Caller(app, "avi").is_signed_in()
    ada.post(f"{path}/activate", ada.form("/profile", "/sign-out"))  # once more changes nothing
    actions = [action for action, _, _ in trail(fresh_database)]
    assert actions.count("deactivated") == actions.count("activated") == 1


def test_people_are_listed_fifty_a_page_and_found(ada: Caller, fresh_database: Database) -> None:
    with fresh_database.writing() as session:
        for number in range(60):
            add_person(
                session,
                email=f"p{number}@example.org",
                name=f"Person {number:02}",
                role=Role.ADVOCATE,
                joined=JOINED,
                now=NOW,
            )
    rows = [len(ada.page(f"/programme/people?page={n}").select("tbody tr")) for n in (1, 2, 3)]
    assert rows == [50, 14, 0]
    found = ada.page("/programme/people?q=EXAMPLE.ORG").select("tbody tr")
    assert len(found) == 50
    assert len(ada.page("/programme/people?q=person 07").select("tbody tr")) == 1
    for nobody in ("100%", "_", "zz%00", "x" * 500):
        assert "Nobody of that name" in ada.get(f"/programme/people?q={nobody}").text
    for page in ("0", "-1", "x", "9" * 40):
        assert ada.get(f"/programme/people?page={page}").status_code == 404


def test_numbers_that_nobody_has(ada: Caller) -> None:
    token = ada.form("/profile", "/sign-out")
    assert ada.get("/programme/people/999999").status_code == 404
    for path in (
        "/programme/people/999999/deactivate",
        "/programme/people/999999/activate",
        "/programme/people/999999/link",
        "/programme/teams/999999",
    ):
        sent = {**token, "form_key": "", "name": "x"}
        assert ada.post(path, sent).status_code == 404, path
    assert ada.post("/programme/people/999999", {**ada.form(NEW), **SOMEBODY}).status_code == 404


def test_long_names_are_shown_whole(ada: Caller) -> None:
    name = "Maria Francisca Xavier de Paula Micaela Gabriela Rafaela Gonzaga de Bragança Luz"
    answer = ada.send(NEW, {**SOMEBODY, "name": name})
    assert name in ada.get(answer.location).text
    assert name in ada.get("/programme/people").text


# --- teams


def test_teams(ada: Caller, fresh_database: Database) -> None:
    path = "/programme/teams"
    assert "No team yet" in ada.get(path).text
    assert ada.send(path, {"name": " Sales  north "}).status_code == 302
    for name, words in [
        ("", "needs a name"),
        ("x" * 300, "letters; up to"),
        ("SALES NORTH", "already"),
    ]:
        assert words in wrong(ada.send(path, {"name": name}), "name")
    with fresh_database.reading() as session:
        (team,) = session.scalars(select(Team)).all()
    assert team.name == "Sales north"
    rename = f"{path}/{team.id}"
    for name, words in [("", "needs a name"), ("x" * 300, "letters; up to"), ("a\0b", "control")]:
        refused = ada.send(path, {"name": name}, rename)
        assert words in wrong(refused, f"name-{team.id}")
    first, second = ada.form(path, rename), ada.form(path, rename)
    assert ada.post(rename, {**first, "name": "Sales"}).status_code == 302
    refused = ada.post(rename, {**second, "name": "Nord"})
    assert "changed while you had it open" in wrong(refused, f"name-{team.id}")
    assert "New name: " in above(refused)
    assert "Name: A team needs a name." in above(ada.send(path, {"name": ""}, path))
    ada.send(path, {"name": "Platform"})
    assert "already" in wrong(ada.send(path, {"name": "platform"}, rename), f"name-{team.id}")
    details = [detail for action, _, detail in trail(fresh_database) if action == "team changed"]
    assert details == [
        f"team {team.id} added",
        f"team {team.id} renamed",
        f"team {team.id + 1} added",
    ]


# --- settings


def test_a_first_day_that_moves_back_is_settled_for_everybody(
    ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    with fresh_database.writing() as session:
        get_programme(session).first_day = TODAY
        for who in ("avi", "noor"):
            get_person(session, ids[who]).joined = JOINED
    yesterday = TODAY - timedelta(days=1)
    for who in ("avi", "noor"):
        talk(fresh_database, ids[who], "ines@elsewhere.example", yesterday)
        assert points(fresh_database, ids[who]) == 0
    answer = ada.send("/programme/settings", {"first_day": yesterday.isoformat()})
    assert answer.status_code == 302
    assert points(fresh_database, ids["avi"]) == points(fresh_database, ids["noor"]) == 4
    assert trail(fresh_database) == [("settings changed", None, f"first day {yesterday}")]


def test_after_the_first_close_the_first_day_stays(
    ada: Caller, ids: Ids, fresh_database: Database, settings: Any
) -> None:
    with fresh_database.writing() as session:
        last = shift_month(month_of(TODAY), -1)
        close_months(session, last, closed_by=ids["ada"], now=NOW, data=settings.data)
    earlier = (JOINED - timedelta(days=1)).isoformat()
    refused = ada.send("/programme/settings", {"first_day": earlier, "name": "Kept"})
    assert "A month is closed" in wrong(refused, "first_day")
    assert kept(refused, "name") == "Kept"
    assert ada.send("/programme/settings", {"name": "Voices"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": ""}, "name", "A name, please."),
        ({"name": "x" * 300}, "name", "letters; up to"),
        ({"time_zone": "Mars/Olympus"}, "time_zone", "is not a time zone"),
        ({"time_zone": ""}, "time_zone", "A time zone, please."),
        ({"first_day": "soon"}, "first_day", "is not a day"),
        ({"first_day": "2026-06-31"}, "first_day", "30 days"),
        ({"first_day": (JOINED + timedelta(days=1)).isoformat()}, "first_day", "only move back"),
        ({"first_day": "0026-01-01"}, "first_day", "A day from 1 January 1990"),
    ],
)
def test_settings_that_cannot_be(
    ada: Caller, fresh_database: Database, typed: dict[str, str], field: str, words: str
) -> None:
    answer = ada.send("/programme/settings", {"name": "Never kept", **typed})
    assert words in wrong(answer, field)
    with fresh_database.reading() as session:
        assert get_programme(session).name == "Advocacy"


def test_two_administrators_at_the_settings(app: Flask, ada: Caller) -> None:
    path = "/programme/settings"
    first, second = ada.form(path), Caller(app, "ada").form(path)
    ada.post(path, {**first, "time_zone": "Europe/Lisbon"})
    refused = ada.post(path, {**second, "name": "Voices", "csrf_token": first["csrf_token"]})
    assert "changed while you had it open" in above(refused)
    assert "Europe/Lisbon" in refused.text
    assert ada.form(path)["name"] == "Advocacy"


# --- the overview and the trail


def test_the_overview_counts(ada: Caller, ids: Ids) -> None:
    ada.send(of(ids, "noor"), action=f"{of(ids, 'noor')}/deactivate")
    figures = [
        figure.get_text(" ", strip=True) for figure in ada.page("/programme").select(".figure")
    ]
    assert figures == ["Active people 3", "Administrators 1", "Deactivated 1"]
    ada.send("/programme/teams", {"name": "Design"}, "/programme/teams")
    ada.send(of(ids, "noor"), action=f"{of(ids, 'noor')}/activate")
    shown = ada.page("/programme").select(".figure-label")
    assert [label.text for label in shown] == ["Active people", "Teams", "Administrators"]


def test_the_first_day_of_an_administrator_says_what_comes_first(
    app: Flask, fresh_database: Database
) -> None:
    settle_in(fresh_database, "ada")
    ada = Caller(app, "ada")
    links = [str(link["href"]) for link in ada.page("/").select(".row-title[href]")]
    assert links[:3] == ["/programme/teams", "/programme/people/new", "/library/new"]


def test_who_has_people_and_something_to_share_is_told_no_first_steps(
    app: Flask, ada: Caller, ids: Ids, fresh_database: Database
) -> None:
    with fresh_database.writing() as session:
        session.add(Item(title="News", state="published", published_at=NOW, created_at=NOW))
    assert "/programme/teams" not in str(ada.page("/").select_one("main"))
    assert "/programme/teams" not in str(Caller(app, "avi").page("/").select_one("main"))


def test_a_time_zone_may_be_called_by_its_city(ada: Caller, fresh_database: Database) -> None:
    ada.send("/programme/settings", {"time_zone": "new york"})
    with fresh_database.reading() as session:
        assert get_programme(session).time_zone == "America/New_York"
    refused = ada.send("/programme/settings", {"time_zone": "Eastern"})
    assert "is not a time zone" in wrong(refused, "time_zone")


def test_nobody_else_comes_here(app: Flask, ids: Ids) -> None:
    for who in ("mina", "avi"):
        caller = Caller(app, who)
        for path in ("/programme", "/programme/people", NEW, of(ids, "avi"), "/programme/audit"):
            assert caller.get(path).status_code == 403
        token = caller.form("/profile", "/sign-out")
        assert caller.post(f"{of(ids, 'noor')}/deactivate", token).status_code == 403
