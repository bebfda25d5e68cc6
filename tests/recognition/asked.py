"""What is said of a programme when its history is over, asked on every side."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from advocacy.auth.actions import begin_sign_in
from advocacy.core.time import day_of, last_day, month_of, periods_of, start_of_day
from advocacy.people.models import Person
from advocacy.recognition.ranking import Place
from advocacy.recognition.replay import place_at, points_at
from advocacy.recognition.rules import ordinal, ranks
from advocacy.relationships.explained import explain
from tests.command import Command
from tests.portal import let_in
from tests.recognition import shown
from tests.recognition.lived import TEAMS, ZONE, Moment, Told, World, told_of
from tests.recognition.previewed import check_closed, check_preview

Document = dict[str, Any]


def standing(points: Mapping[int, int]) -> dict[int, Place]:
    """Return the place of everybody on a board, from their points alone."""
    best = sorted(points, key=lambda person: -points[person])
    placed = zip(best, ranks([points[person] for person in best]), strict=True)
    return {person: Place(rank, len(best)) for person, rank in placed}


def added_up(entries: Collection[Document], limit: int) -> Told:
    """Return what entries say of a month, added up here."""
    shares = sum(one["points"] for one in entries if one["rule"] == "share")
    seen = sum(one["points"] for one in entries if one["evidence"] == "seen")
    word = sum(one["points"] for one in entries if one["evidence"] == "word")
    numbers = tuple(one["id"] for one in entries)
    return Told(seen + shares + min(word, limit), seen, word, shares, numbers)


@dataclass
class Answers:
    """What is said of a programme when its history is over, asked on every side."""

    world: World
    app: Flask
    run: Command
    entries: dict[tuple[int, str], list[Document]] = field(default_factory=dict)
    told: dict[tuple[int, str], Told] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.months: list[str] = [one["month"] for one in self.run.json("month", "list")]
        self.people = self.world.people
        with self.world.database.writing() as session:
            self.tokens = {
                person: begin_sign_in(session, person, self.world.at)
                for person in self.people
                if person not in self.world.gone
            }

    def get(self, path: str, person: int) -> str:
        """Return what an address answers to somebody who is signed in."""
        client: FlaskClient = self.app.test_client()
        let_in(client, self.tokens[person])
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def page(self, path: str, person: int) -> BeautifulSoup:
        """Return what stands on a page: its main part, which is the quicker to read."""
        text = self.get(path, person)
        return BeautifulSoup(text[text.index("<main") : text.index("</main>")], "html.parser")

    def takes_turn(self, person: int, month: str, *, every: int) -> bool:
        """Tell whether a person’s month is one of those to look at: each would take too long."""
        at = self.people.index(person) + self.months.index(month)
        return at % every == 0

    def is_over_and_closed(self, period: str) -> bool:
        return month_of(last_day(period)) <= max(self.world.closed, default="")

    def counts_in(self, person: int, period: str) -> bool:
        """Tell whether somebody had joined by a period's end, or has an entry in it."""
        entered = any(self.told[person, month].entries for month in self.within(period))
        return entered or self.world.joined[person] <= last_day(period)

    def within(self, period: str) -> list[str]:
        return [month for month in self.months if period in periods_of(month)]

    def points(self, person: int, period: str) -> int:
        return sum(self.told[person, month].points for month in self.within(period))

    def board(self, period: str, team: str = "") -> dict[int, int]:
        """Return the points of who has to be on a board."""
        closed = self.is_over_and_closed(period)
        day = last_day(period) if closed else self.world.today
        return {
            person: self.points(person, period)
            for person in self.people
            if person not in self.world.left
            and (closed or person not in self.world.gone)
            and self.counts_in(person, period)
            and (not team or self.world.team_on(person, day) == team)
        }

    def placed(self, points: Mapping[int, int]) -> list[tuple[int, str, int]]:
        """Return the rows of a board: rank, name and points."""
        places = standing(points)
        return [
            (places[person].rank, self.world.names[person], points[person])
            for person in sorted(points, key=lambda one: (-points[one], self.world.emails[one]))
        ]

    # --- the entries, from which all else follows

    def check_entries(self) -> None:
        """Each sum is that of the entries that are told; the command prints the same."""
        with self.world.database.reading() as session:
            for number in self.people:
                person = session.get_one(Person, number)
                for month in self.months:
                    explained = explain(session, person, month, for_manager=True)
                    entries = [asdict(one) | {"reason": one.reason} for one in explained.entries]
                    told = added_up(entries, self.world.limit(month))
                    assert told == told_of(session, person, month), (number, month)
                    self.entries[number, month], self.told[number, month] = entries, told
        for number, month in self.told:
            if self.takes_turn(number, month, every=4):
                said = self.explain(number, month)
                self._check_printed(said, self.entries[number, month], month)

    def _check_printed(self, said: Document, entries: Collection[Document], month: str) -> None:
        told = added_up(said["entries"], self.world.limit(month))
        assert told == added_up(entries, self.world.limit(month))
        assert tuple(said[name] for name in ("points", "seen", "word", "shares")) == told[:4]
        shown_ones = ("id", "rule", "evidence", "points", "contact", "reason")
        assert [{name: one[name] for name in shown_ones} for one in said["entries"]] == [
            {name: one[name] for name in shown_ones} for one in entries
        ]

    def explain(self, person: int, month: str, *more: str) -> Document:
        email = self.world.emails[person]
        found: Document = self.run.json("explain", email, "--month", month, *more)
        return found

    # --- the pages of one person

    def check_pages(self) -> None:
        for person, month in self.told:
            if self.takes_turn(person, month, every=2):
                self._check_way_down(person, month)
            elif person in self.tokens:
                self._check_growth(person, month)

    def _check_way_down(self, person: int, month: str) -> None:
        told, year = self.told[person, month], month[:4]
        page = self.page(f"/leaderboard/{person}?month={month}&of={year}", self.world.manager)
        sheet = shown.sheet(page)
        assert (sheet.points, sheet.sums) == (told.points, told[1:4]), (person, month)
        self._check_limit(sheet, told, month)
        reasons = [(one["points"], one["reason"]) for one in self.entries[person, month]]
        assert [*sheet.lines] == reasons
        if reasons:
            entered = sum(told[1:4])
            said = shown.words(page.select_one(".entry-total"))
            assert re.search(rf"^{len(reasons)} entr\w+ adds? up to {entered}\.", said), said
        of_year = f"{year}: {self.points(person, year)} point"
        assert any(of_year in shown.words(head) for head in page.select(".head-title")), of_year
        chips = [shown.words(chip).split()[-1] for chip in page.select("ul.chips[aria-label] li")]
        entered_in = [one for one in self.within(year) if one == month or self.told[person, one][4]]
        assert [*map(int, chips)] == [self.told[person, one].points for one in entered_in]

    def _check_growth(self, person: int, month: str) -> None:
        told = self.told[person, month]
        page = self.page(f"/growth?month={month}", person)
        sheet = shown.sheet(page)
        assert [one.points for one in sheet.lines] == [
            one["points"] for one in self.entries[person, month]
        ]
        if told.entries:
            assert (sheet.points, sheet.sums) == (told.points, told[1:4]), (person, month)
            self._check_limit(sheet, told, month)
        place = standing(self.board(month)).get(person)
        said = shown.words(shown.main_of(page))
        if place and told.points:
            assert f"{ordinal(place.rank).capitalize()} of {place.of} in" in said
        else:
            assert not re.search(r"\w+ of \d+ in ", said)

    def _check_limit(self, sheet: shown.Sheet, told: Told, month: str) -> None:
        limit = self.world.limit(month)
        assert sheet.counted == (limit if told.word > limit else None)

    # --- boards

    def check_boards(self) -> None:
        periods = sorted({each for month in self.months for each in periods_of(month)})
        for at, period in enumerate(periods):
            kind = {4: "year", 3: "all"}.get(len(period), "quarter" if "Q" in period else "month")
            listed = shown.rows(self.page(f"/leaderboard?{kind}={period}", self.world.manager))
            assert [row[:3] for row in listed] == self.placed(self.board(period)), period
            if at % 2:
                self._check_printed_board(period, kind, listed)
        for at, month in enumerate(self.months):
            team, number = TEAMS[at % 2], self.world.team_ids[at % 2]
            page = self.page(f"/leaderboard?month={month}&team={number}", self.world.manager)
            on_board = self.placed(self.board(month, team))
            assert [row[:3] for row in shown.rows(page)] == on_board, (month, team)

    def _check_printed_board(self, period: str, kind: str, listed: list[shown.Row]) -> None:
        asked = ["--all"] if kind == "all" else [f"--{kind}", period]
        printed = self.run.json("leaderboard", *asked)
        names = ("rank", "name", "points", "begun", "alive", "conversations", "answered")
        assert [tuple(row[name] for name in names) for row in printed["rows"]] == [
            (*row[:3], *row.figures) for row in listed
        ], period
        closed = self.is_over_and_closed(period)
        assert printed["left_ranking"] == sum(
            one in self.world.left
            and self.counts_in(one, period)
            and (closed or one not in self.world.gone)
            for one in self.people
        )

    # --- months, closed and to be closed

    def check_closings(self) -> None:
        for month in self.months:
            if month in self.world.closed:
                self._check_closed(month)
            else:
                self._check_preview(month)

    def _to_close(self, month: str, left: Collection[int]) -> tuple[dict[int, int], int]:
        """Return the points of who has a rank as a month is closed, and how many have none."""
        everybody = [one for one in self.people if self.counts_in(one, month)]
        shown_ones = [one for one in everybody if one not in left]
        points = {one: self.told[one, month].points for one in shown_ones}
        return points, len(everybody) - len(shown_ones)

    def _check_closed(self, month: str) -> None:
        points, left = self._to_close(month, self.world.closed[month])
        text = self.run("export", "recognition", month, "--format", "json").stdout
        assert self.get(f"/recognition/{month}.json", self.world.manager) == text
        exported = json.loads(text)
        rows = exported["rows"]
        assert exported["left_ranking"] == left
        assert exported["seal"]["entries"] == sum(
            len(self.told[one, month].entries) for one in self.people
        )
        assert [(row["rank"], row["name"], row["points"]) for row in rows] == self.placed(points)
        by_name = {name: one for one, name in self.world.names.items()}
        for row in rows:
            assert row["team"] == self.world.team_on(by_name[row["name"]], last_day(month))
        table = self.run("export", "recognition", month, "--format", "csv").stdout
        as_text = [
            {name: "" if value is None else str(value) for name, value in row.items()}
            for row in rows
        ]
        assert [*csv.DictReader(io.StringIO(table))] == as_text
        with self.world.database.reading() as session:
            check_closed(session, month)
        on_page = shown.rows(self.page(f"/recognition/{month}", self.world.manager))
        figures = ("begun", "alive", "conversations")
        assert [(*row[:3], *row.figures) for row in on_page] == [
            (row["rank"], row["name"], row["points"], *(row[name] for name in figures))
            for row in rows
        ]
        on_board = {
            row["email"]: row for row in self.run.json("leaderboard", "--month", month)["rows"]
        }
        for row in rows:
            if row["email"] in on_board:
                same = {name: row[name] for name in (*figures, "points", "answered", "shares")}
                assert same.items() <= on_board[row["email"]].items(), month

    def _check_preview(self, month: str) -> None:
        points, _ = self._to_close(month, self.world.left)
        page = self.page(f"/recognition/{month}/close", self.world.manager)
        assert [row[:3] for row in shown.rows(page)] == self.placed(points), month
        opened = [one for one in self.months if one <= month and one not in self.world.closed]
        entries = sum(len(self.told[one, each].entries) for one in self.people for each in opened)
        said = shown.words(shown.main_of(page))
        if not any(self.counts_in(one, month) for one in self.people):
            assert "Nobody was here yet" in said
            return
        assert re.search(rf"Every total adds up ?{entries} entr", said), (month, entries, said)
        with self.world.database.reading() as session:
            check_preview(session, self.people, month, self.world.today)

    # --- as it stood

    def check_replays(self) -> None:
        """Every moment is replayed as it was told then; now is replayed as it is told now."""
        now = Moment(self.world.at, self.told, frozenset(self.world.closed))
        for moment in (*self.world.moments, now):
            with self.world.database.reading() as session:
                for (number, month), was in moment.told.items():
                    person = session.get_one(Person, number)
                    assert told_of(session, person, month, moment.at) == was, (number, month)
                    _, place = self.then(moment, month, number)
                    assert place_at(session, person, month, moment.at) == place, (number, month)
                number = self.people[1]  # of longer periods one person is enough
                person = session.get_one(Person, number)
                months = [month for asked, month in moment.told if asked == number]
                for period in {each for month in months for each in periods_of(month)}:
                    points, place = self.then(moment, period, number)
                    assert points_at(session, person, period, moment.at) == points, period
                    assert place_at(session, person, period, moment.at) == place, period
        for at, moment in enumerate((*self.world.moments, now)):
            # a month may count no longer: all that made it count was taken back
            known = [key for key in moment.told if key in self.told]
            asked, month = known[at * 3 % len(known)]
            self._check_shown_replay(moment, asked, month)
            self._check_end_of_day(moment, asked, month)

    def then(self, moment: Moment, period: str, asked: int) -> tuple[int, Place | None]:
        """Return somebody's points and place in a period at a moment.

        Who left the ranking is told as it is now.
        """
        points: Counter[int] = Counter()
        entered = set()
        for (person, month), told in moment.told.items():
            if period in periods_of(month):
                points[person] += told.points
                entered |= {person} if told.entries else set()
        closed = month_of(last_day(period)) <= max(moment.closed, default="")
        on_board = {
            one: points[one]
            for one in points
            if one not in self.world.left
            and (closed or not self.world.was_gone(one, moment.at))
            and (one in entered or self.world.joined[one] <= last_day(period))
        }
        is_gone = self.world.was_gone(asked, moment.at)
        return points[asked], None if is_gone else standing(on_board).get(asked)

    def _check_shown_replay(self, moment: Moment, person: int, month: str) -> None:
        was, (_, place) = moment.told[person, month], self.then(moment, month, person)
        said = self.explain(person, month, "--as-of", moment.at.isoformat())
        by_then = [one for one in self.entries[person, month] if one["id"] in was.entries]
        self._check_printed(said, by_then, month)
        assert (said["rank"], said["of"]) == ((place.rank, place.of) if place else (None, None))
        reasons = [(one["points"], one["reason"]) for one in said["entries"]]
        asked = f"month={month}&as_of={moment.at.isoformat().replace('+', '%2B')}"
        for path, reader in ((f"/leaderboard/{person}", self.world.manager), ("/growth", person)):
            if reader not in self.tokens:
                continue
            page = self.page(f"{path}?{asked}", reader)
            sheet = shown.sheet(page)
            assert sheet.points == was.points
            self._check_limit(sheet, was, month)
            assert [one.points for one in sheet.lines] == [points for points, _ in reasons]
            assert path == "/growth" or [*sheet.lines] == reasons
            words = (
                f"{ordinal(place.rank).capitalize()} of {place.of}" if place else "without a place"
            )
            assert words in shown.words(shown.main_of(page))

    def _check_end_of_day(self, moment: Moment, person: int, month: str) -> None:
        """A bare day is its end, in the programme's zone."""
        day = day_of(moment.at, ZONE)
        end = min(start_of_day(day + timedelta(days=1), ZONE), self.world.at)
        by_then = [one for one in self.entries[person, month] if one["recorded_at"] <= end]
        self._check_printed(self.explain(person, month, "--as-of", day.isoformat()), by_then, month)

    def check_proof(self) -> None:
        assert self.run.json("ledger", "verify")["problems"] == []
