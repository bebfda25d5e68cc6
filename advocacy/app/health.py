"""Whether the house stands."""

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from advocacy.core.migrate import current, newest
from advocacy.web.session import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer 200 when the database answers and is at the right migration, else 503."""
    try:
        is_well = current(db().connection()) == newest()
    except SQLAlchemyError:
        is_well = False
    answer = jsonify(status="ok" if is_well else "unwell")
    answer.status_code = 200 if is_well else 503
    return answer
