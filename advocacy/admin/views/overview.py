"""What an administrator looks after, at a glance."""

from flask import render_template
from flask.typing import ResponseReturnValue

from advocacy.admin.views.blueprint import blueprint
from advocacy.core.time import now
from advocacy.jobs.queries import is_a_job_in_trouble
from advocacy.mail.queries import are_letters_in_trouble
from advocacy.people import queries
from advocacy.points.queries import last_closed_month
from advocacy.web.session import db


@blueprint.get("/programme")
def programme() -> ResponseReturnValue:
    """Show what an administrator looks after."""
    active, deactivated = queries.count_people(db())
    return render_template(
        "admin/programme.html",
        active=active,
        deactivated=deactivated,
        administrators=queries.count_administrators(db()),
        teams=queries.count_teams(db()),
        last_closed=last_closed_month(db()),
        something_failed=is_a_job_in_trouble(db(), now()) or are_letters_in_trouble(db(), now()),
    )
