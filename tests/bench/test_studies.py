"""The benches of the points: what they know, what they read, what they plant."""

import csv
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from advocacy.points.rules import Deed
from bench import gaming, validity
from bench.study import Study, month_sums, read
from tests.imports.files import HEADER, STUDY

START = date(2026, 1, 1)
PEOPLE = [f"person{number:02}@example.org" for number in range(12)]


def lively(seed: int = 0) -> Study:
    """Return twelve people over six months; the one speaks more than the other."""
    drawn = Random(seed)
    ties = {}
    for busy, person in enumerate(PEOPLE, start=1):
        ties[person] = {
            f"contact {at}": [
                deed(START + timedelta(days=day), drawn.choice(("advocate", "contact")))
                for day in range(at % 7, 181)
                if drawn.random() < busy * at / 400
            ]
            for at in range(1, 15)
        }
    return Study(PEOPLE, ties)


def deed(day: date, began: str = "advocate", *, answered: bool = True) -> Deed:
    return Deed(day, "called", began, answered, True, 1)


def test_scores_know_nothing_of_a_windows_last_week_nor_of_later() -> None:
    """The first window ends on 31 March: what comes after the 24th changes no score."""
    study = lively()
    last, end = date(2026, 3, 24), date(2026, 3, 31)
    without = {
        person: {
            who: [
                one if one.day <= last else one._replace(answered=False)
                for one in deeds
                if one.day <= last or one.day > end
            ]
            for who, deeds in ties.items()
        }
        for person, ties in study.ties.items()
    }
    (window,) = validity.windows_of(study, 3)
    (blind,) = validity.windows_of(Study(PEOPLE, without), 3)
    assert [one.scores for one in window.values()] == [one.scores for one in blind.values()]
    assert all(all(person.scores) for person in window.values())
    (ahead,) = validity.windows_of(study, 3, gap=0)
    assert ahead[11].scores > window[11].scores


def test_the_four_scores_of_a_tie() -> None:
    deeds = [deed(date(2026, 1, 5)), deed(date(2026, 1, 13), "contact"), deed(date(2026, 1, 14))]
    january = validity.scores_of(deeds, ["2026-01"], date(2026, 1, 14))
    assert january == (2, 3, 8 + 8 + 8, 48)
    march = validity.scores_of(deeds, ["2026-03"], date(2026, 3, 31))
    assert march[:3] == (0, 0, 0)
    assert 0 < march[3] < 48


def test_a_tie_is_alive_when_both_began() -> None:
    own, theirs = deed(START), deed(START, "contact", answered=False)
    silent = deed(START, answered=False)
    assert validity.both_began([own, theirs])
    assert not validity.both_began([own, own])
    assert not validity.both_began([])
    assert validity.both_spoke([own])
    assert not validity.both_spoke([silent])


def test_who_left_the_study_is_left_out() -> None:
    study = lively()
    leaver = PEOPLE[5]
    gone = {
        who: [one for one in deeds if one.day.month < 4]
        for who, deeds in study.ties[leaver].items()
    }
    (window,) = validity.windows_of(Study(PEOPLE, {**study.ties, leaver: gone}), 3)
    assert sorted(window) == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]


def test_kept_ties_are_those_of_the_window_that_live_on() -> None:
    ties = {
        "lives": [
            deed(date(2026, 2, 1)),
            deed(date(2026, 4, 1)),
            deed(date(2026, 4, 9), "contact"),
        ],
        "ends": [deed(date(2026, 2, 1)), deed(date(2026, 4, 1))],
        "new": [deed(date(2026, 4, 1)), deed(date(2026, 4, 9), "contact")],
    }
    (window,) = validity.windows_of(Study(PEOPLE, {**lively().ties, PEOPLE[0]: ties}), 3)
    assert window[0].kept == 1
    assert [lived for _, lived in window[0].ties] == [True, False]


def test_the_figures_of_a_study_and_their_intervals() -> None:
    found = validity.results_of(lively(), draws=20)
    assert (found["people"], found["months"]) == (12, ["2026-01", "2026-06"])
    auc = found["windows"]["3"]["auc"]
    assert auc["rules - activity"][0] == pytest.approx(
        auc["rules"][0] - auc["activity"][0], abs=0.0011
    )
    for window in found["windows"].values():
        assert window["alive"] < window["ties"]
        assert "activity" not in window["kept, activity held equal"]
        for name in ("auc", "kept", "with activity"):
            for value, low, high in window[name].values():
                assert low - 0.1 <= value <= high + 0.1
    assert found["stability"]["activity"][0] > 0.5


def folder_of(tmp_path: Path, rows: Sequence[str]) -> Path:
    (tmp_path / "people.csv").write_text("email,name\na@example.org,A\n")
    (tmp_path / "conversations.csv").write_text(HEADER + "\n".join(rows) + "\n")
    return tmp_path


def test_a_study_is_read_as_an_import_counts_it(tmp_path: Path) -> None:
    row = "a@example.org,C,2026-01-0{}T23:30:00{},called,advocate,true,,,"
    study = read(
        folder_of(
            tmp_path,
            [row.format(5, "+00:00"), row.format(5, "-02:00")] * 2
            + [row.replace(",C,", ",A@example.org,").format(7, "Z")],
        )
    )
    assert list(study.ties["a@example.org"]) == ["c"], "colleagues do not count"
    first, second = study.ties["a@example.org"]["c"]
    assert (first.day, second.day) == (date(2026, 1, 5), date(2026, 1, 6))
    assert first.seen
    assert month_sums([[first, second]])["2026-01"].points == 8


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("b@example.org,C,2026-01-05T00:00:00Z,called,advocate,true,,,", "is not in people.csv"),
        ("a@example.org,C,yesterday,called,advocate,true,,,", "occurred_at is not a time"),
        ("a@example.org,C,2026-01-05T00:00:00Z,sang,advocate,true,,,", "kind is unknown"),
        ("a@example.org,C,2026-01-05T00:00:00Z,called,advocate,maybe,,,", "answered is unknown"),
        ("a@example.org,C", "too few cells: 2"),
    ],
)
@pytest.mark.parametrize("bench", [validity, gaming])
def test_a_row_that_cannot_be_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, says: str, bench: type[object]
) -> None:
    with pytest.raises(SystemExit):
        bench.main([str(folder_of(tmp_path, [row]))])  # type: ignore[attr-defined]
    told = capsys.readouterr().err
    assert "conversations.csv" in told
    assert says in told


def test_a_folder_that_is_none_or_too_short_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, says in (
        ([""], "say STUDY=folder"),
        ([str(tmp_path)], "has no people.csv"),
        ([str(STUDY)], "too short"),
    ):
        with pytest.raises(SystemExit):
            validity.main(arguments)
        assert says in capsys.readouterr().err


def test_a_column_that_is_missing_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder_of(tmp_path, []) / "conversations.csv").write_text("advocate,contact\n")
    with pytest.raises(SystemExit):
        gaming.main([str(tmp_path)])
    assert "lacks the columns occurred_at" in capsys.readouterr().err


def test_cheats_among_four_real_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "figures.json"
    assert gaming.main([str(STUDY), "--output", str(output)]) == 0
    found = json.loads(output.read_text(encoding="utf-8"))["gaming"]
    rows = {row["cheat"]: row for row in found["cheats"]}
    told = {
        name: (row["deeds"], row["points without the limit"], row["points"])
        for name, row in rows.items()
    }
    workdays = rows["spam to strangers, nobody answers"]["deeds"] // 50
    assert told["spam to strangers, nobody answers"] == (50 * workdays, 0, 0)
    answers = 50 * workdays // 100
    assert told["spam to strangers, one in 100 answers"][1:] == (4 * answers, 4 * answers)
    assert told["a meeting a workday, each with somebody invented"][1] == 8 * workdays
    assert (
        told["the same calls, every other one begun by the other side"]
        == (told["weekly calls with 5 invented people"])
    )
    assert all(
        row["points"] == min(200, row["points without the limit"])
        for name, row in rows.items()
        if "confirming" not in name
    )
    assert told["the same ring, each confirming one meeting with each"][2] == 200 + 9 * 12
    late = told["a meeting a day, all logged on the last"]
    assert late[2] == 15 * 8, "of a month, only the last 14 days and the day itself are on time"
    printed = capsys.readouterr().out
    assert "| **any** |" in printed
    assert str(late[0]) in printed
    assert found["months"] == months_in(STUDY)


def months_in(folder: Path) -> int:
    with (folder / "conversations.csv").open(encoding="utf-8", newline="") as file:
        return len({(row["advocate"], row["occurred_at"][:7]) for row in csv.DictReader(file)})


def test_spam_that_pays_is_a_failure() -> None:
    lost = {"spam": True, "percentile": 10, "percentile on one's word": 49}
    won = {"spam": True, "percentile": 10, "percentile on one's word": 50}
    invented = {"spam": False, "percentile": 90, "percentile on one's word": 90}
    assert not gaming.spam_pays({"cheats": [lost, invented]})
    assert gaming.spam_pays({"cheats": [lost, won]})
