"""The audit for administrators: who changed what, whether the chain holds; and erasing a person."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.records import AuditEntry
from railtrack.domain.rights import Operation
from railtrack.exchange.formulas import protected
from railtrack.operations.administering import auditing as operations
from railtrack.operations.administering.accounts import find_user
from railtrack.operations.administering.auditing import AuditFilter
from railtrack.operations.administering.personal_data import erase_person, export_person
from railtrack.operations.administering.reference import load_world
from railtrack.web.administering.audit_words import subject_word
from railtrack.web.current import current_account, current_actor, current_store, now
from railtrack.web.following.shipment_page import stated
from railtrack.web.following.whereabouts import Whereabouts
from railtrack.web.i18n import gettext, words
from railtrack.web.shell import only_who_may, same_page_with

blueprint = Blueprint("audit", __name__)
PAGE = 50
COLUMNS = ("sequence", "at", "actor", "acted_for", "origin", "action", "subject", "subject_id", "before", "after")


@blueprint.get("/admin/audit")
def index() -> ResponseReturnValue:
    """Who changed what, when and from where; and does the audit still stand as it was written?"""
    only_who_may(Operation.READ_AUDIT)
    actor, problems = current_actor(), []
    wanted = AuditFilter()
    try:
        wanted = _wanted()
    except Refused as refused:
        problems = list(refused.problems)
    page = operations.audit_page(
        current_store(), wanted, actor=actor, limit=PAGE, cursor=request.args.get("cursor") or None
    )
    says = Whereabouts(load_world(current_store()).network, now())
    return render_template(
        "audit/index.html",
        stated=lambda entry: stated(entry, says),
        page=page,
        asked=request.args,
        is_filtered=wanted != AuditFilter(),
        problems=problems,
        subjects=[(each, subject_word(each)) for each in operations.audit_subjects(current_store(), actor=actor)],
        last=operations.last_check(current_store(), actor=actor),
        head=operations.head_of_audit(current_store(), actor=actor),
        next_address=same_page_with(cursor=page.next_cursor) if page.next_cursor else None,
        first_address=same_page_with(cursor=None) if request.args.get("cursor") else None,
    ), 422 if problems else 200


@blueprint.post("/admin/audit/check")
def check() -> ResponseReturnValue:
    """Check the chain now."""
    only_who_may(Operation.READ_AUDIT)
    checked = operations.verify_audit(current_store(), actor=current_actor(), now=now())
    said = words(checked.check.message)
    if checked.check.holds and checked.persons_changed:
        said = gettext("The chain holds, but names or addresses it refers to were changed.")
    flash(said, "done" if checked.holds else "error")
    return redirect(url_for("audit.index"))


@blueprint.get("/admin/audit/audit.jsonl")
def chain() -> ResponseReturnValue:
    """Every entry with its hash, for `railtrack audit verify`."""
    only_who_may(Operation.READ_AUDIT)
    lines = operations.export_audit(current_store(), actor=current_actor())
    return _file((line.encode() for line in lines), "audit.jsonl", "application/x-ndjson")


@blueprint.get("/admin/audit/audit.csv")
def listed() -> ResponseReturnValue:
    """What the filters leave, as a table."""
    only_who_may(Operation.READ_AUDIT)
    found = operations.audit_list(current_store(), _wanted(), actor=current_actor())
    return _file(_csv(found), "audit.csv", "text/csv; charset=utf-8")


# ---------------------------------------------------------------- personal data


@blueprint.get("/account/data")
def own_data() -> ResponseReturnValue:
    """All that is kept of oneself."""
    actor = current_actor()
    found = export_person(current_store(), actor.name, actor=actor)
    text = json.dumps(found, ensure_ascii=False, indent=1)
    return _file([text.encode()], "railtrack-account.json", "application/json")


@blueprint.route("/admin/users/erase", methods=["GET", "POST"])
def erase() -> ResponseReturnValue:
    """Erase a person, once it is confirmed by their address."""
    only_who_may(Operation.KEEP_ACCOUNTS)
    person = find_user(current_store(), request.values.get("email", ""))
    account = current_account()
    problems: list[Problem] = []
    if account is not None and account.id == person.id:
        problems = [Problem(message=say("Nobody erases themselves; ask another administrator."))]
    elif request.method == "POST" and request.form.get("confirmed", "").strip() != person.email:
        wrong = say("This is not the address of the account.")
        problems = [Problem(message=wrong, remedy=say("Type it as it stands above."), column="confirmed")]
    elif request.method == "POST":
        name = erase_person(current_store(), person.email, actor=current_actor(), now=now())
        flash(gettext("All that was kept is erased; what was recorded stays as of %(name)s.", name=name), "done")
        return redirect(url_for("accounts.users"))
    return render_template("audit/erase.html", person=person, problems=problems), 422 if problems else 200


# ---------------------------------------------------------------- helpers


def _wanted() -> AuditFilter:
    asked = {name: value.strip() or None for name, value in request.args.items()}
    last = _day("last", asked.get("last"))
    return AuditFilter(
        actor=asked.get("person"),
        subject=asked.get("subject"),
        subject_id=asked.get("id"),
        since=_midnight(_day("first", asked.get("first"))),
        until=_midnight(last + timedelta(days=1) if last and last < date.max else None),
    )


def _day(column: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        wrong = Problem(
            message=say("This is no date."), remedy=say("Write it as 2024-03-31."), column=column, value=text
        )
        raise Refused([wrong]) from error


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _csv(entries: Iterable[AuditEntry]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        values = [getattr(entry, name) for name in COLUMNS if name not in ("sequence", "at", "before", "after")]
        sides = [json.dumps(side, ensure_ascii=False) if side else "" for side in (entry.before, entry.after)]
        writer.writerow([entry.id, entry.at.isoformat(), *map(protected, values), *map(protected, sides)])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _file(pieces: Iterable[bytes], name: str, kind: str) -> Response:
    response = Response(pieces, content_type=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
