"""Whether the house stands."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from advocacy.core.database import reason_nothing_is_written
from advocacy.core.migrate import current, newest
from advocacy.web.session import database, db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer 200 when the database answers, is at the right migration and can be written.

    Else 503, as on a full disk or in a read-only folder.
    """
    try:
        is_well = (
            current(db().connection()) == newest()
            and reason_nothing_is_written(database(), db()) is None
        )
    except SQLAlchemyError:
        is_well = False
    answer = jsonify(status="ok" if is_well else "unwell")
    answer.status_code = 200 if is_well else 503
    return answer
