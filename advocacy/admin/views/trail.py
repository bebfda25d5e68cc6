"""The audit trail: who did what, to be read and to be handed on."""

import csv
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from urllib.parse import urlencode

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from advocacy.admin.forms import TrailForm
from advocacy.admin.queries import Asked, Line, audit_lines, every_audit_line
from advocacy.admin.views.blueprint import blueprint
from advocacy.audit.actions import note
from advocacy.audit.rules import Action
from advocacy.core.text import harmless
from advocacy.core.time import now
from advocacy.web.paging import asked_page
from advocacy.web.session import database, db, short_write
from advocacy.web.user import current_user as me

COLUMNS = ("at", "action", "actor_id", "actor", "subject_id", "subject", "detail")
_PART = 1024 * 1024


@blueprint.get("/programme/audit")
def audit() -> ResponseReturnValue:
    """Show who did what, latest first."""
    page = asked_page()
    form = TrailForm(formdata=request.args)
    if not form.validate():
        return render_template("admin/audit.html", form=form, lines=[], page=page), 422
    asked = {name: text for name, text in request.args.items() if text and name in form}
    lines = audit_lines(db(), _asked(form), limit=page.rows + 1, offset=page.offset)
    return render_template(
        "admin/audit.html",
        form=form,
        lines=lines[: page.rows],
        page=page,
        links=page.links(has_more=len(lines) > page.rows),
        table=f"{url_for('admin.audit_table')}?{urlencode(asked)}",
        is_narrowed=bool(asked),
    )


@blueprint.get("/programme/audit.csv")
def audit_table() -> ResponseReturnValue:
    """Hand on the trail, or what is asked for of it. That is written down, too."""
    form = TrailForm(formdata=request.args)
    if not form.validate():
        return render_template("admin/audit.html", form=form, lines=[], page=asked_page()), 422
    with database().reading() as reading:
        rows = _table(every_audit_line(reading, _asked(form)))
        next(rows)
    with short_write() as session:
        note(session, Action.EXPORTED, actor_id=me.id, detail="audit trail csv", now=now())
    answer = Response(rows, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def _table(lines: Iterable[Line]) -> Iterator[bytes]:
    """Write the whole table down, yield nothing, then hand it on: half of one tells a lie."""
    with SpooledTemporaryFile(max_size=_PART) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for line in lines:
            cells: list[object] = [line.at.isoformat(), line.action, line.actor_id, line.actor]
            cells += [line.subject_id, line.subject, line.detail]
            writer.writerow(harmless(cell) if isinstance(cell, str) else cell for cell in cells)
        text.detach()
        file.seek(0)
        yield b""
        while part := file.read(_PART):
            yield part


def _asked(form: TrailForm) -> Asked:
    return Asked(
        action=form.action.data or "",
        who=(form.who.data or "").strip(),
        since=form.since.data,
        until=form.until.data,
    )
