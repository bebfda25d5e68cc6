"""The manager's questions about entries: asking, reading the answer, deciding."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.core.errors import DomainError, NotFound
from advocacy.core.time import month_of, now
from advocacy.leaderboard.looks import note_look
from advocacy.people.queries import get_person
from advocacy.questions import actions, queries
from advocacy.questions.forms import AskForm, DecideForm, RestoreForm
from advocacy.questions.rules import NEUTRAL, OTHERS_DECIDE, Outcome, State
from advocacy.relationships.titles import titles_of
from advocacy.web.addresses import own_address
from advocacy.web.forms import Form, show_error
from advocacy.web.paging import asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("questions", __name__)


@blueprint.get("/leaderboard/questions")
def all_() -> ResponseReturnValue:
    """List the questions to everybody: the open ones, or those that are decided."""
    page, is_open = asked_page(), request.args.get("state") != "decided"
    found = queries.questions_page(db(), is_open=is_open, limit=page.rows + 1, offset=page.offset)
    shown = found[: page.rows]
    if page.number > 1 and not shown:
        raise NotFound("There is no such page.")
    return render_template(
        "questions/all.html",
        found=shown,
        titles=titles_of(db(), [one.conversation for one in shown], for_manager=True),
        is_open=is_open,
        links=page.links(has_more=len(found) > page.rows),
    )


@blueprint.get("/leaderboard/<int:person_id>/ask/<int:conversation_id>")
def ask_page(person_id: int, conversation_id: int) -> ResponseReturnValue:
    """Show the form for a question about a conversation, or why there is none."""
    return _ask_page(person_id, conversation_id, AskForm(text=NEUTRAL))


def _ask_page(
    person_id: int, conversation_id: int, form: AskForm, status: int = 200
) -> ResponseReturnValue:
    person = get_person(db(), person_id)
    earlier = [
        one for one in queries.questions_about(db(), conversation_id) if one.person.id == person_id
    ]
    conversation, why_not = None, ""
    try:
        conversation = actions.check_can_be_asked(db(), person_id, conversation_id, current_user.id)
    except NotFound:
        raise
    except DomainError as error:
        why_not = error.message
    about = conversation or next((one.conversation for one in earlier), None)
    if about:
        note_look(person_id, month_of(about.day), now())
    return (
        render_template(
            "questions/ask.html",
            person=person,
            conversation=about,
            title=titles_of(db(), [about], for_manager=True)[about.id] if about else "",
            why_not=why_not,
            earlier=earlier,
            form=form,
            next=_next_page(person_id, month_of(about.day) if about else ""),
        ),
        status,
    )


def _next_page(person_id: int, month: str) -> str:
    otherwise = f"/leaderboard/{person_id}" + (f"?month={month}" if month else "")
    return own_address(request.values.get("next"), otherwise)


@blueprint.post("/leaderboard/<int:person_id>/ask/<int:conversation_id>")
def ask(person_id: int, conversation_id: int) -> ResponseReturnValue:
    """Ask about a conversation."""
    form = AskForm()
    person = get_person(db(), person_id)
    try:
        actions.ask(
            db(),
            person_id,
            conversation_id,
            form.text.data or "",
            asked_by=current_user.id,
            now=now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        return _ask_page(person_id, conversation_id, show_error(form, error), 422)
    if person.deactivated_at is None:
        flash(f"Asked. {person.called} finds your question on Today and beside the entry.")
    else:
        flash(f"Asked. {person.called} has no way in, so it can be decided without an answer.")
    return redirect(_next_page(person_id, ""))


@blueprint.get("/leaderboard/questions/<int:question_id>")
def question(question_id: int) -> ResponseReturnValue:
    """Show a question with its answer, and the form to decide or to let count again."""
    return _question_page(question_id)


def _question_page(
    question_id: int, form: Form | None = None, status: int = 200
) -> ResponseReturnValue:
    asked = queries.get_question(db(), question_id)
    spoken = asked.conversation
    note_look(asked.person.id, month_of(spoken.day), now())
    is_own = asked.person.id == current_user.id
    typed = form.reason.data if isinstance(form, DecideForm | RestoreForm) else ""
    if is_own or asked.why_closed:
        fitting: type[Form] | None = None
    else:
        fitting = DecideForm if asked.state.is_open else None
        fitting = RestoreForm if asked.state is State.SET_ASIDE else fitting
    wrong = list(form.form_errors) if form and not isinstance(form, fitting or ()) else []
    shown: Any = form if fitting and isinstance(form, fitting) else fitting and fitting()
    if isinstance(shown, DecideForm):
        shown.seen.data = actions.stamp_of(db(), asked)
    return (
        render_template(
            "questions/question.html",
            asked=asked,
            title=titles_of(db(), [spoken], for_manager=True)[spoken.id],
            month=month_of(spoken.day),
            others_decide=OTHERS_DECIDE if is_own else "",
            form=shown,
            is_deciding=fitting is DecideForm,
            wrong=wrong,
            typed=typed if wrong else "",
        ),
        status,
    )


@blueprint.post("/leaderboard/questions/<int:question_id>")
def decide(question_id: int) -> ResponseReturnValue:
    """Keep a conversation, or set it aside."""
    form = DecideForm()
    try:
        asked = actions.decide(
            db(),
            question_id,
            form.outcome.data or "",
            form.reason.data or "",
            decided_by=current_user.id,
            seen=form.seen.data or "",
            now=now(),
        )
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        return _question_page(question_id, show_error(form, error), 422)
    if asked.question.outcome == Outcome.SET_ASIDE:
        flash(f"Set aside. It is worth nothing from now on, and {asked.person.called} reads why.")
    else:
        flash("Kept. It counts as it did.")
    return redirect(url_for("questions.question", question_id=question_id))


@blueprint.post("/leaderboard/questions/<int:question_id>/restore")
def restore(question_id: int) -> ResponseReturnValue:
    """Let what was set aside count again."""
    form = RestoreForm()
    try:
        asked = actions.restore(
            db(), question_id, form.reason.data or "", restored_by=current_user.id, now=now()
        )
    except NotFound:
        raise
    except DomainError as error:
        db().rollback()
        return _question_page(question_id, show_error(form, error), 422)
    flash(f"It counts again, and {asked.person.called} reads why.")
    return redirect(url_for("questions.question", question_id=question_id))
