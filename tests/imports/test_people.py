"""Importing people: added, changed where given and different, never without an administrator."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date

from sqlalchemy import func, select

from advocacy.contacts.actions import find_or_add
from advocacy.conversations.actions import NewConversation, hold, record
from advocacy.conversations.rules import Said
from advocacy.core.database import Database
from advocacy.core.time import now
from advocacy.people.actions import add_person
from advocacy.people.models import Membership, Person, Team
from advocacy.people.queries import get_person_by_email, teams
from advocacy.points.models import Entry
from advocacy.recognition.verify import verify
from tests.builders import is_found_by_words
from tests.imports.conftest import Import
from tests.imports.files import HEADER, counts, reasons

FULL = "email,name,team,role,title,preferred_name,say_it,joined\n"
MIA = "mia@example.com,Mia Example,North,manager,Engineer,Mimi,mee-mee,2024-05-01\n"


def test_everything_that_a_row_says(bring_in: Import, programme: Database) -> None:
    assert counts(bring_in("people", FULL + MIA)) == (1, 0, 0, 0)
    with programme.reading() as session:
        mia = get_person_by_email(session, "mia@example.com")
        assert (mia.name, mia.role, mia.title) == ("Mia Example", "manager", "Engineer")
        assert (mia.preferred_name, mia.say_it) == ("Mimi", "mee-mee")
        assert mia.joined == date(2024, 5, 1)
        assert mia.team is not None
        assert mia.team.name == "North"
    assert counts(bring_in("people", FULL + MIA)) == (0, 0, 1, 0)


def test_empty_and_missing_cells_change_nothing(bring_in: Import, programme: Database) -> None:
    bring_in("people", FULL + MIA)
    assert counts(bring_in("people", "name,email\nMia Example,MIA@example.com\n")) == (0, 0, 1, 0)
    assert counts(bring_in("people", FULL + "mia@example.com,Mia Example,,,,,,\n")) == (0, 0, 1, 0)
    with programme.reading() as session:
        mia = get_person_by_email(session, "mia@example.com")
        assert (mia.role, mia.title, mia.preferred_name) == ("manager", "Engineer", "Mimi")
        assert mia.team_id is not None


def test_what_is_given_and_different_changes(bring_in: Import, programme: Database) -> None:
    bring_in("people", FULL + MIA)
    changed = "mia@example.com,Mia Sample,South,advocate,Lead,M,em,2024-06-01\n"
    assert counts(bring_in("people", FULL + changed)) == (0, 1, 0, 0)
    assert counts(bring_in("people", FULL + changed)) == (0, 0, 1, 0)
    with programme.reading() as session:
        mia = get_person_by_email(session, "mia@example.com")
        assert (mia.name, mia.role, mia.title) == ("Mia Sample", "advocate", "Lead")
        assert is_found_by_words(session)
        assert mia.joined == date(2024, 6, 1)
        moves = session.execute(
            select(Membership.since, Team.name)
            .join(Team, Team.id == Membership.team_id)
            .order_by(Membership.since)
        ).all()
    assert moves[0][1] == "North"
    assert moves[-1][1] == "South"


def test_what_cannot_be_so_is_rejected(bring_in: Import) -> None:
    rows = [
        "mia,Mia,,,,,,",
        ",Mia,,,,,,",
        "a@example.com,,,,,,,",
        f"b@example.com,{'x' * 300},,,,,,",
        "c@example.com,C,,king,,,,",
        "d@example.com,D,,,,,,1.5.2024",
        "e@example.com,E,,,,,,2024-02-30",
        f"f@example.com,F,{'t' * 81},,,,,",
        "g@example.com,G,,,,,,",
        "G@example.com,G,,,,,,",
        "g@example.com,Other,,,,,,",
    ]
    result = bring_in("people", FULL + "\n".join(rows))
    assert counts(result) == (1, 0, 1, 9)
    assert reasons(result) == {
        2: "email is not an e-mail address: “mia”",
        3: "email is empty",
        4: "name is empty",
        5: "name has 300 letters; up to 120 fit",
        6: "role is unknown: “king”; it is advocate, manager or administrator",
        7: "joined is not a date: “1.5.2024”; write 2026-10-05",
        8: "joined is not a date: “2024-02-30”; write 2026-10-05",
        9: "team has 81 letters; up to 80 fit",
        12: "the same email as line 10, with another name",
    }


def test_the_last_administrator_stays(bring_in: Import, programme: Database) -> None:
    bring_in("people", "email,name,role\nada@example.com,Ada,administrator\n")
    down = "email,name,role\nada@example.com,Ada,advocate\n"
    refused = bring_in("people", down)
    assert counts(refused) == (0, 0, 0, 1)
    assert "only administrator" in reasons(refused)[2]
    # Whoever follows may stand anywhere in the file.
    handed_on = bring_in("people", down + "eve@example.com,Eve,administrator\n")
    assert counts(handed_on) == (1, 1, 0, 0)


def test_who_cannot_step_down_may_be_called_otherwise(
    bring_in: Import, programme: Database
) -> None:
    header = "email,name,role\n"
    bring_in("people", header + "ada@example.com,Ada,administrator\n")
    result = bring_in("people", header + "ada@example.com,A,advocate\nada@example.com,Ada B,\n")
    assert counts(result) == (0, 1, 0, 1)
    assert list(reasons(result)) == [2]
    with programme.reading() as session:
        assert get_person_by_email(session, "ada@example.com").name == "Ada B"


def test_teams_are_made_once_whatever_their_letters(bring_in: Import, programme: Database) -> None:
    bring_in("people", "email,name,team\na@example.com,A,Équipe\nb@example.com,B,Équipe\n")
    bring_in("people", "email,name,team\nc@example.com,C,Équipe\nd@example.com,D,north\n")
    bring_in("people", "email,name,team\ne@example.com,E,NORTH\nf@example.com,F,ÉQUIPE\n")
    with programme.reading() as session:
        assert sorted(session.scalars(select(Team.name))) == ["north", "Équipe"]
        assert [team.name for team in teams(session)] == ["north", "Équipe"]


def test_who_becomes_a_colleague_counts_no_more(with_people: Import, programme: Database) -> None:
    row = "mia@example.com,eve@example.org,2026-03-02T10:00:00Z,wrote,advocate,true,,,1\n"
    with_people("conversations", HEADER + row)
    with_people("people", "email,name\nEVE@example.org,Eve\n")
    with programme.reading() as session:
        assert session.scalar(select(func.sum(Entry.points))) == 0
        assert verify(session).problems == []


def test_who_is_spoken_with_while_becoming_a_colleague_counts_no_more(
    with_people: Import, programme: Database
) -> None:
    with ThreadPoolExecutor(1) as pool:
        with programme.writing() as session:
            mia = get_person_by_email(session, "mia@example.com").id
            hold(session, mia)
            eve = find_or_add(session, mia, ["eve@example.org"], now())
            said = Said(now().date(), "met", "advocate", [True])
            record(session, [NewConversation(mia, eve, said)], now())
            brought = pool.submit(with_people, "people", "email,name\nEVE@example.org,Eve\n")
            wait([brought], timeout=1)
        assert counts(brought.result()) == (1, 0, 0, 0)
    with programme.reading() as session:
        assert session.scalar(select(func.sum(Entry.points))) == 0
        assert verify(session).problems == []


def test_who_has_joined_does_not_join_later(bring_in: Import, programme: Database) -> None:
    bring_in("people", FULL + MIA)
    with programme.reading() as session:
        before = get_person_by_email(session, "mia@example.com")
    result = bring_in("people", FULL + "mia@example.com,Mi,South,advocate,Lead,M,em,2062-05-01\n")
    assert counts(result) == (0, 0, 0, 1)
    assert reasons(result)[2].endswith("has joined already: until that day nothing would count.")
    with programme.reading() as session:
        mia = get_person_by_email(session, "mia@example.com")
        assert (mia.joined, mia.name, mia.role) == (before.joined, before.name, before.role)
    soon = "zoe@example.com,Zoe,,,,,,{}\n"
    for day in ("2998-01-01", "2997-01-01"):  # who is still to join may join another day
        assert counts(bring_in("people", FULL + soon.format(day)))[3] == 0


def test_another_day_of_joining_is_settled(bring_in: Import, programme: Database) -> None:
    today = now().date()
    with programme.writing() as session:
        add_person(session, email="mia@example.com", name="Mia", joined=today, now=now())
    assert counts(bring_in("people", "email,name,joined\nmia@example.com,Mia,2020-01-01\n")) == (
        0,
        1,
        0,
        0,
    )
    with programme.reading() as session:
        assert session.scalar(select(Person.joined)) == date(2020, 1, 1)
        assert verify(session).problems == []
