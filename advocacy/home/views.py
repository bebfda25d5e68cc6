"""Today, one's own growth, and what is kept."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from advocacy.audit.actions import note
from advocacy.audit.queries import events_about
from advocacy.audit.rules import Action, grouped
from advocacy.auth.forms import SignInForm
from advocacy.auth.views import show_sign_in
from advocacy.contacts.queries import count_contacts
from advocacy.content.queries import newest_items
from advocacy.conversations.corrections import (
    PutRight,
    corrections_for_today,
    put_right_then_taken_back,
)
from advocacy.conversations.queries import count_waiting, waiting_for_person
from advocacy.core.time import day_of, month_of, now, parse_month
from advocacy.home.forms import RankingForm
from advocacy.home.rules import greeting
from advocacy.people.actions import set_left_ranking
from advocacy.people.queries import (
    count_teams,
    get_person,
    has_colleagues,
    names_of,
    proposed_profile,
)
from advocacy.points.queries import rule_book
from advocacy.points.rule_words import priced, sentences
from advocacy.points.standings import recounted
from advocacy.programme.queries import get_programme
from advocacy.questions.queries import (
    count_to_decide,
    questions_for_today,
    set_aside_then_taken_back,
)
from advocacy.recognition.asked import asked_part, what_is_behind
from advocacy.recognition.balances import balance_of_person
from advocacy.recognition.queries import check_period, period_before
from advocacy.recognition.ranking import place_of
from advocacy.recognition.replay import moved_at
from advocacy.recognition.replayed_page import show_replayed
from advocacy.recognition.rules import ordinal, period_after
from advocacy.relationships.balance import balance_of, balance_with_months
from advocacy.relationships.explained import explain
from advocacy.relationships.queries import rings_of, worth_reaching_out
from advocacy.relationships.rules import words_entered
from advocacy.relationships.titles import labels_of_ties, titles_of
from advocacy.relationships.weeks import by_week
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("home", __name__)

WAITING = 5
REACHING = 3
TOLD = timedelta(days=7)
"""For so long Today tells what was decided of a question, and what was put right."""
MOST_TOLD = 5
"""How many corrections, and how many takings back, are told one by one: the latest."""
SHARING = 3
LOOKS = 5
LOOKS_READ = 200
MONTHS_DRAWN = 6


@blueprint.get("/")
def today() -> ResponseReturnValue:
    """Show today's people and content, or the sign-in page."""
    if not current_user.is_authenticated:
        return show_sign_in(SignInForm())
    zone = get_programme(db()).time_zone
    day = day_of(now(), zone)
    reaching = worth_reaching_out(db(), current_user.id, day, limit=REACHING)
    waiting = waiting_for_person(db(), current_user.id, limit=WAITING)
    contacts = {contact.id for contact, _ in reaching} | {contact.id for _, contact in waiting}
    more = len(waiting) == WAITING
    items = newest_items(db(), now(), SHARING)
    questions = questions_for_today(db(), current_user.id, now() - TOLD)
    put_right = corrections_for_today(db(), current_user.id, now() - TOLD)
    corrections = put_right[-MOST_TOLD:]
    balance, drawn = balance_with_months(
        db(), current_user.id, month_of(day), day, months=MONTHS_DRAWN
    )
    told_about = [
        *(one.conversation for one in questions),
        *(one.conversation for one in corrections),
    ]
    return render_template(
        "home/today.html",
        greeting=greeting(now().astimezone(ZoneInfo(zone)).hour),
        balance=balance,
        drawn=drawn,
        known=count_contacts(db(), current_user.id),
        waiting=waiting,
        waiting_count=count_waiting(db(), current_user.id) if more else len(waiting),
        questions=questions,
        corrections=corrections,
        more_corrections=len(put_right) - len(corrections),
        to_decide=count_to_decide(db(), current_user.id) if current_user.role.manages else 0,
        titles=titles_of(db(), told_about, for_manager=False) if told_about else {},
        entered=_entered(corrections),
        taken_back=_taken_back() if current_user.role.manages else (),
        profile_waits=proposed_profile(db(), current_user.id) is not None,
        reaching=reaching,
        rings=rings_of(db(), current_user.id, contacts, day),
        items=items,
        first_steps=_first_steps(has_items=bool(items)),
    )


def _entered(corrections: Sequence[PutRight]) -> dict[int, str]:
    """Return what corrections did to one's points, in words, by the correction."""
    if not corrections:
        return {}
    moments = {one.correction.corrected_at for one in corrections}
    moved = moved_at(db(), current_user.person, moments)
    return {
        one.correction.id: words_entered(moved[one.correction.corrected_at]) for one in corrections
    }


def _taken_back() -> list[dict[str, Any]]:
    """Return what a manager decided of and an advocate took back lately: it may come again."""
    since = now() - TOLD
    put_right = put_right_then_taken_back(db(), current_user.id, since)
    decided = {talk.id: (talk, "put right") for talk in put_right}
    set_aside = set_aside_then_taken_back(db(), current_user.id, since)
    decided |= {talk.id: (talk, "set aside") for talk in set_aside}
    found = list(decided.values())[-MOST_TOLD:]
    talks = [talk for talk, _ in found]
    titles = titles_of(db(), talks, for_manager=True) if found else {}
    names = names_of(db(), {talk.person_id for talk in talks}) if found else {}
    return [
        {"talk": talk, "decided": what, "title": titles[talk.id], "who": names[talk.person_id]}
        for talk, what in found
    ]


def _first_steps(*, has_items: bool) -> list[str]:
    """Return what an administrator may do first, while the programme has nobody or nothing."""
    if not current_user.role.administers:
        return []
    has_people = has_colleagues(db())
    if has_people and has_items:
        return []
    done = {"teams": count_teams(db()) > 0, "people": has_people, "item": has_items}
    return [step for step, is_done in done.items() if not is_done]


@blueprint.get("/growth")
def growth() -> ResponseReturnValue:
    """Show the balance of relationships, points with their reasons, and one's own place."""
    zone = get_programme(db()).time_zone
    day = day_of(now(), zone)
    month = parse_month(request.args.get("month", month_of(day)))
    check_period(db(), month, day)
    person = current_user.person
    if "as_of" in request.args:
        return show_replayed(person, month, "/growth", for_manager=False)
    explained = explain(db(), person, month, for_manager=False, with_quiet=True)
    told = balance_of(db(), person.id, month, day)
    ties = {*told.begun, *told.revived, *told.drifted}
    labels = labels_of_ties(db(), ties, for_manager=False)
    place = place_of(db(), person, month)
    part = asked_part()
    balance = balance_of_person(db(), person.id, month, day, told)
    events = events_about(db(), person.id, Action.LOOKED, limit=LOOKS_READ)
    looks = grouped([(one.actor_id, one.detail, one.at) for one in events], zone)[:LOOKS]
    return render_template(
        "home/growth.html",
        month=month,
        is_this_month=month == month_of(day),
        today=day,
        before=period_before(db(), month, day),
        after=period_after(month, day),
        explained=explained,
        part=part,
        part_points=explained.of_part(part) if part else 0,
        weeks=by_week(explained, part),
        balance=balance,
        faces={
            name: [{"id": tie, "name": labels.get(tie, "")} for tie in ties]
            for name, ties in (
                ("begun", told.begun),
                ("revived", told.revived),
                ("drifted", told.drifted),
            )
        },
        own_place=place,
        ordinal=ordinal,
        looks=looks,
        forgotten=_forgotten_in(month, zone),
        lookers=names_of(db(), {look.actor_id for look in looks if look.actor_id}),
        form=RankingForm(shown=not person.left_ranking),
        **what_is_behind(person, month, month, day, balance, for_manager=False),
    )


def _forgotten_in(month: str, zone: str) -> list[date]:
    """Return the days of a month on which somebody whom one knew asked to be forgotten."""
    events = events_about(db(), current_user.id, Action.FORGOTTEN, limit=LOOKS_READ)
    days = [day_of(event.at, zone) for event in events]
    return [day for day in days if month_of(day) == month]


@blueprint.post("/growth/ranking")
def switch_ranking() -> ResponseReturnValue:
    """Leave the ranking, or come back; nothing else changes."""
    form = RankingForm()
    person = get_person(db(), current_user.id)
    with recounted(db(), person):
        set_left_ranking(db(), person, not form.shown.data)
    note(
        db(),
        Action.RANKING_JOINED if form.shown.data else Action.RANKING_LEFT,
        actor_id=person.id,
        subject_id=person.id,
        now=now(),
    )
    flash(
        "You are on the board again."
        if form.shown.data
        else "You are off the board. Your points and your ties stay yours."
    )
    return redirect("/growth")


@blueprint.get("/what-is-kept")
def kept() -> ResponseReturnValue:
    """Say what is kept of whom, and who sees it."""
    today = day_of(now(), get_programme(db()).time_zone)
    rules = rule_book(db()).of(today)
    return render_template("home/kept.html", priced=priced(rules), sentences=sentences(rules))
