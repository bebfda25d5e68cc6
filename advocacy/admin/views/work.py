"""The clock's work and the letters."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.admin.letters import write_trial_letter
from advocacy.admin.views.blueprint import blueprint, whole_address
from advocacy.core.errors import Invalid, NotFound
from advocacy.core.time import now
from advocacy.jobs.queries import jobs
from advocacy.jobs.rules import is_late
from advocacy.mail.folder import letters_folder
from advocacy.mail.queries import letters, letters_by_state
from advocacy.mail.rules import KEPT, State
from advocacy.web.paging import asked_page
from advocacy.web.session import db
from advocacy.web.user import current_user as me

LETTERS = {
    "waiting": (State.WAITING,),
    "bounced": (State.BOUNCED,),
    "given-up": (State.GIVEN_UP,),
    "gone": (State.SENT, State.FILED),
}


@blueprint.get("/programme/work")
def work() -> ResponseReturnValue:
    """Show the last runs of each job, and the letters."""
    page = asked_page()
    wanted = request.args.get("letters", "waiting")
    if wanted not in LETTERS:
        raise NotFound("There are no such letters.")
    counts = letters_by_state(db())
    found = letters(db(), LETTERS[wanted], limit=page.rows, offset=page.offset)
    total = sum(counts[state] for state in LETTERS[wanted])
    return render_template(
        "admin/work.html",
        jobs=jobs(db()),
        found=found,
        wanted=wanted,
        counts={name: sum(counts[state] for state in states) for name, states in LETTERS.items()},
        total=total,
        folder=letters_folder(current_app.config["ADVOCACY"]),
        kept_days=KEPT.days,
        is_late=is_late,
        at=now(),
        page=page,
        links=page.links(has_more=page.offset + len(found) < total),
    )


@blueprint.post("/programme/work/letter")
def try_letters() -> ResponseReturnValue:
    """Write a letter to oneself, to see whether letters arrive."""
    try:
        write_trial_letter(db(), me.person, whole_address("admin.work"), now())
    except Invalid as error:
        db().rollback()
        flash(error.message, "caution")
    else:
        flash("A letter to you is on its way.")
    return redirect(url_for("admin.work"))
