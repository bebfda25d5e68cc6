"""What is typed: a question, an answer, a decision. The limits are said by the rules."""

from wtforms import HiddenField, RadioField, TextAreaField

from advocacy.questions.rules import ANSWER_LENGTH, REASON_LENGTH, TEXT_LENGTH, Outcome
from advocacy.web.forms import Form, SelectChoice


def _area(label: str, limit: int, description: str, *, rows: int = 3) -> TextAreaField:
    return TextAreaField(
        label, description=description, render_kw={"rows": rows, "maxlength": limit}
    )


class AskForm(Form):
    """A question about a conversation."""

    text = _area("Your question", TEXT_LENGTH, f"Up to {TEXT_LENGTH} letters.")


class AnswerForm(Form):
    """The answer to a question."""

    answer = _area(
        "Your answer",
        ANSWER_LENGTH,
        f"Up to {ANSWER_LENGTH:,} letters. You can change it until it is decided.",
        rows=5,
    )


class DecideForm(Form):
    """What becomes of a conversation, and why; ``seen`` marks on what it was decided."""

    outcome = RadioField(
        "What becomes of it?",
        choices=[
            SelectChoice(str(Outcome.KEPT), "Keep it"),
            SelectChoice(str(Outcome.SET_ASIDE), "Set it aside"),
        ],
    )
    reason = _area(
        "Why", REASON_LENGTH, "Needed to set it aside. It is read beside the entry.", rows=3
    )
    seen = HiddenField()


class RestoreForm(Form):
    """Why a conversation counts again."""

    reason = _area("Why it counts again", REASON_LENGTH, "It is read beside the entry.", rows=3)
