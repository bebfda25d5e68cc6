"""A question that one was asked about a conversation, and one's answer."""

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from advocacy.core.errors import DomainError
from advocacy.core.time import now
from advocacy.questions import actions, queries
from advocacy.questions.forms import AnswerForm
from advocacy.relationships.titles import titles_of
from advocacy.web.forms import show_error
from advocacy.web.session import db
from advocacy.web.user import current_user

blueprint = Blueprint("asked", __name__)


@blueprint.get("/questions/<int:question_id>")
def question(question_id: int) -> ResponseReturnValue:
    """Show what was asked, and what became of it."""
    asked = queries.own_question(db(), current_user.id, question_id)
    return _show(question_id, AnswerForm(answer=asked.question.answer))


def _show(question_id: int, form: AnswerForm, status: int = 200) -> ResponseReturnValue:
    asked = queries.own_question(db(), current_user.id, question_id)
    spoken = asked.conversation
    return (
        render_template(
            "questions/asked.html",
            asked=asked,
            title=titles_of(db(), [spoken], for_manager=False)[spoken.id],
            form=form,
        ),
        status,
    )


@blueprint.post("/questions/<int:question_id>")
def answer(question_id: int) -> ResponseReturnValue:
    """Answer, or change the answer until it is decided."""
    form = AnswerForm()
    try:
        actions.answer(
            db(), question_id, form.answer.data or "", person_id=current_user.id, now=now()
        )
    except DomainError as error:
        db().rollback()
        return _show(question_id, show_error(form, error), 422)
    flash("Answered. You can change it until it is decided.")
    return redirect(f"/questions/{question_id}")
