"""Letters are delivered once, by a real mail server that is sometimes down or in a mood."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from advocacy.core.database import Database
from advocacy.mail.actions import TRIED_AGAIN, deliver, forget_old, post
from advocacy.mail.folder import FolderOffice
from advocacy.mail.letters import Outgoing
from advocacy.mail.models import Letter
from advocacy.mail.queries import are_letters_in_trouble, is_any_due, letters, letters_by_state
from advocacy.mail.rules import KEPT, LEASE, Sender, Server, State
from advocacy.mail.smtp import SmtpOffice
from tests.mailserver import LOGIN, MailServer, bodies

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
VALUES = {"programme": "Fernhill", "called": "Ada", "link": "https://example.com/welcome/secret"}
SENDER = Sender("Fernhill", "advocacy@example.com")


class Killed(BaseException):
    """What a process is at the moment of its death."""


def write(database: Database, *addresses: str, now: datetime = NOON) -> None:
    with database.writing() as session:
        for address in addresses or ("ada@example.org",):
            post(session, "trial", to=address, values=VALUES, now=now)


def tried(database: Database, server: MailServer | Server, now: datetime = NOON) -> dict[str, int]:
    """Deliver what is due."""
    address = server.address if isinstance(server, MailServer) else server
    with SmtpOffice(address, SENDER, timeout=10) as office:
        return deliver(database, office, clock=lambda: now)


def only(database: Database) -> Letter:
    with database.reading() as session:
        return session.scalars(select(Letter)).one()


def test_a_letter_is_sent_once_with_both_bodies(
    fresh_database: Database, mail_server: MailServer
) -> None:
    write(fresh_database)
    assert tried(fresh_database, mail_server) == {State.SENT: 1}
    assert tried(fresh_database, mail_server, NOON + timedelta(days=9)) == {}
    [message] = mail_server.messages
    assert message["To"] == "ada@example.org"
    assert mail_server.taken[0].mail_from == SENDER.address
    text, html = bodies(message)
    assert VALUES["link"] in text
    assert VALUES["link"] in html
    letter = only(fresh_database)
    assert (letter.state, letter.ended_at, letter.attempts) == (State.SENT, NOON, 1)
    assert (letter.text, letter.html) == ("", "")  # it held a one-time link


def test_several_go_through_one_connection(
    fresh_database: Database, mail_server: MailServer
) -> None:
    write(fresh_database, *(f"person{n}@example.org" for n in range(25)))
    assert tried(fresh_database, mail_server) == {State.SENT: 20}
    assert tried(fresh_database, mail_server) == {State.SENT: 5}
    assert len({message["To"] for message in mail_server.messages}) == 25
    assert len({message["Message-ID"] for message in mail_server.messages}) == 25


def test_what_is_rolled_back_is_never_sent(
    fresh_database: Database, mail_server: MailServer
) -> None:
    with fresh_database.session(writes=True) as session:
        post(session, "trial", to="ada@example.org", values=VALUES, now=NOON)
        session.rollback()
    assert tried(fresh_database, mail_server) == {}


def test_a_server_that_is_down_loses_nothing(fresh_database: Database) -> None:
    server = MailServer()
    write(fresh_database, "ada@example.org", "bo@example.org")
    assert tried(fresh_database, server) == {TRIED_AGAIN: 1}  # the other is not tried in vain
    assert tried(fresh_database, server) == {TRIED_AGAIN: 1}
    assert tried(fresh_database, server) == {}
    with fresh_database.reading() as session:
        assert are_letters_in_trouble(session, NOON)
        [latest, _] = letters(session, [State.WAITING], limit=50)
        assert "cannot be reached" in latest.failure
        assert not is_any_due(session, NOON + timedelta(seconds=59))
    with server.running():
        later = NOON + timedelta(minutes=1)
        assert tried(fresh_database, server, later) == {State.SENT: 2}
    with fresh_database.reading() as session:
        assert not are_letters_in_trouble(session, later)
        assert letters_by_state(session)[State.SENT] == 2


def test_not_now_is_tried_again(fresh_database: Database, mail_server: MailServer) -> None:
    write(fresh_database, "ada@example.org", "bo@example.org")
    mail_server.to_recipients += ["450 4.2.1 Greylisted"]
    assert tried(fresh_database, mail_server) == {TRIED_AGAIN: 1, State.SENT: 1}
    mail_server.to_content += ["451 4.3.0 Busy"]
    assert tried(fresh_database, mail_server, NOON + timedelta(minutes=1)) == {TRIED_AGAIN: 1}
    with fresh_database.reading() as session:
        [waiting] = letters(session, [State.WAITING], limit=50)
    assert waiting.failure == "451 4.3.0 Busy"
    assert waiting.due_at == NOON + timedelta(minutes=3)
    assert tried(fresh_database, mail_server, waiting.due_at) == {State.SENT: 1}


def test_a_server_that_hangs_up_on_one_takes_the_next(
    fresh_database: Database, mail_server: MailServer
) -> None:
    write(fresh_database, "ada@example.org", "bo@example.org")
    mail_server.to_recipients += ["421 4.7.0 Too many of you"]
    assert tried(fresh_database, mail_server) == {TRIED_AGAIN: 1, State.SENT: 1}


@pytest.mark.parametrize("at", ["to_recipients", "to_content"])
def test_an_address_that_is_refused_is_not_tried_again(
    fresh_database: Database, mail_server: MailServer, at: str
) -> None:
    write(fresh_database)
    getattr(mail_server, at).append("550 5.1.1 No such person here")
    assert tried(fresh_database, mail_server) == {State.BOUNCED: 1}
    assert tried(fresh_database, mail_server, NOON + timedelta(days=1)) == {}
    assert mail_server.taken == []
    letter = only(fresh_database)
    assert letter.failure == "550 5.1.1 No such person here"
    assert (letter.text, letter.html) == ("", "")
    with fresh_database.reading() as session:
        assert are_letters_in_trouble(session, NOON)
        assert not are_letters_in_trouble(session, NOON + timedelta(days=8))


@pytest.mark.parametrize(
    "refusal",
    [
        "530 5.7.0 Authentication required",
        "530 Sign in first",
        "554 5.7.1 <person@example.org>: Relay access denied",
        "550 relay not permitted",
        "503 AUTH first (#5.5.1)",
        "550 5.1.8 <advocacy@example.com>: Sender address rejected: Domain not found",
        "504 5.5.2 <advocacy@localhost>: Sender address rejected: need fully-qualified address",
        "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "550 Sender verify failed",
        "550-Not from here\n550 We do not relay",
    ],
)
def test_a_server_that_takes_nothing_from_us_loses_nothing(
    fresh_database: Database, mail_server: MailServer, refusal: str
) -> None:
    write(fresh_database)
    mail_server.to_recipients.append(refusal.replace("\n", "\r\n"))
    assert tried(fresh_database, mail_server) == {TRIED_AGAIN: 1}
    with fresh_database.reading() as session:
        assert are_letters_in_trouble(session, NOON)
    assert only(fresh_database).failure.endswith(refusal.rsplit(maxsplit=1)[-1])
    later = NOON + timedelta(minutes=1)
    assert tried(fresh_database, mail_server, later) == {State.SENT: 1}


def test_a_letter_is_given_up_after_three_days(fresh_database: Database) -> None:
    nobody = MailServer()
    write(fresh_database)
    now, times = NOON, 0
    while only(fresh_database).state == State.WAITING:
        assert tried(fresh_database, nobody, now) != {}
        now, times = max(only(fresh_database).due_at, now), times + 1
    letter = only(fresh_database)
    assert letter.state == State.GIVEN_UP
    assert letter.ended_at is not None
    assert timedelta(days=3) <= letter.ended_at - NOON < timedelta(days=3, hours=6)
    assert 15 < times < 30
    assert "cannot be reached" in letter.failure
    assert letter.html == ""


def test_two_deliverers_at_once_deliver_once(
    fresh_database: Database, mail_server: MailServer
) -> None:
    write(fresh_database, *(f"person{n}@example.org" for n in range(20)))
    gate = Barrier(4, timeout=60)

    def work(_number: int) -> int:
        gate.wait()
        return sum(tried(fresh_database, mail_server).values())

    with ThreadPoolExecutor(4) as pool:
        delivered = list(pool.map(work, range(4)))
    assert sum(delivered) == 20
    addresses = sorted(str(message["To"]) for message in mail_server.messages)
    assert addresses == sorted(f"person{n}@example.org" for n in range(20))


def test_after_a_crash_a_letter_can_be_recognised(
    fresh_database: Database, mail_server: MailServer
) -> None:
    class Dying(SmtpOffice):
        def send(self, letter: Outgoing) -> None:
            super().send(letter)
            raise Killed

    write(fresh_database)
    with pytest.raises(Killed), Dying(mail_server.address, SENDER) as office:
        deliver(fresh_database, office, clock=lambda: NOON)
    assert tried(fresh_database, mail_server, NOON + LEASE - timedelta(seconds=1)) == {}
    assert tried(fresh_database, mail_server, NOON + LEASE) == {State.SENT: 1}
    first, second = mail_server.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes().splitlines()[1:6] == second.as_bytes().splitlines()[1:6]


def test_a_clock_that_was_ahead_holds_nothing_up(
    fresh_database: Database, mail_server: MailServer
) -> None:
    write(fresh_database, now=NOON + timedelta(days=40))
    mail_server.to_recipients += ["450 Later"]
    assert tried(fresh_database, mail_server, NOON + timedelta(days=40)) == {TRIED_AGAIN: 1}
    assert tried(fresh_database, mail_server) == {State.SENT: 1}


def test_a_claim_of_a_clock_that_was_ahead_ends(
    fresh_database: Database, mail_server: MailServer
) -> None:
    write(fresh_database)
    with fresh_database.writing() as session:
        session.execute(
            update(Letter).values(
                claimed_by="nobody", claimed_until=NOON + timedelta(days=40), attempts=1
            )
        )
    assert tried(fresh_database, mail_server) == {State.SENT: 1}


def test_letters_of_other_scripts_arrive(fresh_database: Database, mail_server: MailServer) -> None:
    write(fresh_database, "søren@bücher.example")
    assert tried(fresh_database, mail_server) == {State.SENT: 1}
    [envelope] = mail_server.taken
    assert envelope.rcpt_tos == ["søren@xn--bcher-kva.example"]
    assert envelope.smtp_utf8


class Elsewhere(Server):
    """A mail server that somebody may stand before."""

    is_here = False


def test_a_password_is_given_over_tls_only(fresh_database: Database) -> None:
    user, password = LOGIN[0].decode(), LOGIN[1].decode()
    server = MailServer()
    write(fresh_database)
    with server.running():
        here = Server("127.0.0.1", server.port, is_tls=False, user=user, password=password)
        elsewhere = Elsewhere(**asdict(here))
        allowed = replace(elsewhere, is_tls_optional=True)  # which is for letters alone
        for number, clear in enumerate((elsewhere, allowed)):
            later = NOON + timedelta(minutes=number)
            assert tried(fresh_database, clear, later) == {TRIED_AGAIN: 1}
            assert "no TLS, and the password" in only(fresh_database).failure
    with server.running(tls=True):
        later = NOON + timedelta(hours=1)
        assert tried(fresh_database, elsewhere, later) == {TRIED_AGAIN: 1}
        assert "certificate" in only(fresh_database).failure.lower()
        later = NOON + timedelta(hours=4)
        wrong = Server("127.0.0.1", server.port, is_tls=False, user="advocacy", password="no")
        assert tried(fresh_database, wrong, later) == {TRIED_AGAIN: 1}
        assert only(fresh_database).failure.startswith("535 ")
        assert tried(fresh_database, here, NOON + timedelta(hours=12)) == {State.SENT: 1}


def test_a_login_that_cannot_be_sent_is_said_without_a_letter_of_it(
    fresh_database: Database,
) -> None:
    server = MailServer()
    write(fresh_database)
    with server.running(tls=True):
        here = Server("127.0.0.1", server.port, is_tls=False, user="advocacy", password="päss")
        assert tried(fresh_database, here) == {TRIED_AGAIN: 1}
    letter = only(fresh_database)
    assert "ADVOCACY_MAIL_URL" in letter.failure
    assert "ä" not in letter.failure
    assert letter.claimed_by is None


def test_a_host_that_can_be_none_loses_nothing(fresh_database: Database) -> None:
    write(fresh_database)
    nowhere = Server("mail..example.com", 25, is_tls=False)
    assert tried(fresh_database, nowhere) == {TRIED_AGAIN: 1}
    assert only(fresh_database).failure.startswith("The mail server cannot be used")
    assert only(fresh_database).claimed_by is None


def test_a_letter_goes_in_the_clear_only_where_that_is_allowed(fresh_database: Database) -> None:
    server = MailServer()
    write(fresh_database)
    with server.running():
        elsewhere = Elsewhere("127.0.0.1", server.port, is_tls=False)
        assert tried(fresh_database, elsewhere) == {TRIED_AGAIN: 1}
        assert "no TLS, and letters" in only(fresh_database).failure
        assert server.taken == []
        allowed = replace(elsewhere, is_tls_optional=True)
        assert tried(fresh_database, allowed, NOON + timedelta(hours=1)) == {State.SENT: 1}


def test_without_a_server_letters_lie_in_a_folder(fresh_database: Database, tmp_path: Path) -> None:
    write(fresh_database)
    folder = tmp_path / "data" / "letters"
    office = FolderOffice(folder, SENDER)
    assert deliver(fresh_database, office, clock=lambda: NOON) == {State.FILED: 1}
    [path] = folder.iterdir()
    assert path.name.startswith("20261005-120000-")
    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["To"] == "ada@example.org"
    assert VALUES["link"] in path.read_text()
    assert only(fresh_database).html == ""


def test_a_folder_that_refuses_is_said_plainly(fresh_database: Database, tmp_path: Path) -> None:
    (tmp_path / "letters").write_text("in the way")
    write(fresh_database)
    office = FolderOffice(tmp_path / "letters", SENDER)
    assert deliver(fresh_database, office, clock=lambda: NOON) == {TRIED_AGAIN: 1}
    assert "cannot be written" in only(fresh_database).failure


def test_who_is_to_stop_begins_no_other_letter(fresh_database: Database, tmp_path: Path) -> None:
    write(fresh_database, "ada@example.org", "bo@example.org")
    office = FolderOffice(tmp_path, SENDER)
    stops: Callable[[], bool] = iter([False, True]).__next__
    assert deliver(fresh_database, office, clock=lambda: NOON, is_stopping=stops) == {
        State.FILED: 1
    }


def test_old_letters_are_forgotten(fresh_database: Database, mail_server: MailServer) -> None:
    write(fresh_database)
    tried(fresh_database, mail_server)
    write(fresh_database, "waits@example.org")
    with fresh_database.writing() as session:
        assert forget_old(session, NOON + KEPT - timedelta(seconds=1)) == 0
        assert forget_old(session, NOON + KEPT) == 1
    assert only(fresh_database).address == "waits@example.org"


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "sent"},
        {"state": "lost"},
        {"claimed_by": "somebody"},
        {"ended_at": NOON},
        {"state": "sent", "ended_at": NOON},
        {"attempts": -1},
    ],
)
def test_the_table_keeps_the_law(fresh_database: Database, wrong: dict[str, object]) -> None:
    write(fresh_database)
    with pytest.raises(IntegrityError), fresh_database.writing() as session:
        session.execute(update(Letter).values(**wrong))
