"""Changing a recorded shipment. Whoever saves on an old version is shown what the other saved, and both are merged."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.actors import Actor
from railtrack.domain.cargo.merging import By
from railtrack.domain.errors import NotFound, Problem, Severity
from railtrack.domain.messages import say
from railtrack.domain.records import RecordedShipment
from railtrack.domain.world import World
from railtrack.exchange.json_documents import CONTAINERS, Located
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering import changing
from railtrack.operations.entering import forms as entering
from railtrack.operations.entering.changing import Basis, Merge, Texts
from railtrack.operations.entering.editing import Stale
from railtrack.operations.entering.receiving import RefusedDocument
from railtrack.web.current import current_actor, current_store, now
from railtrack.web.entering.going_back import may_be_kept
from railtrack.web.entering.sheet import ROWS_MORE, Judged, RowView, Sheet, in_words_of_form, label, unjudged
from railtrack.web.entering.shipment_form import shipment_address, shown_station
from railtrack.web.entering.shipment_start import CHANGE, changed_by, last_size_type
from railtrack.web.filters import named
from railtrack.web.i18n import gettext, words

blueprint = Blueprint("change_form", __name__)
blueprint.after_request(may_be_kept)


@blueprint.get("/shipments/<int:shipment_id>/change")
def show(shipment_id: int) -> ResponseReturnValue:
    """What is different about it?"""
    actor = current_actor()
    recorded, basis = changing.open_form(current_store(), shipment_id, actor=actor)
    draft_id = request.args.get("draft", type=int)
    if draft_id is None:
        return _page(recorded, unjudged(_sheet(basis.texts)), basis)
    draft = entering.draft(current_store(), draft_id, actor=actor)
    if changed_by(draft) != shipment_id:
        raise NotFound(say("There is no such draft; it may have been sent or thrown away."))
    sheet = Sheet.of_draft(draft.fields, is_change=True)
    return _page(recorded, unjudged(sheet), _basis_of(draft.fields[CHANGE]["basis"]), draft_id=draft_id)


@blueprint.post("/shipments/<int:shipment_id>/change")
def send(shipment_id: int) -> ResponseReturnValue:
    """Store what was changed, or do what the button that was pressed says."""
    actor = current_actor()
    recorded, _newest = changing.open_form(current_store(), shipment_id, actor=actor)
    basis, draft_id = _basis_of(_sent("basis")), request.form.get("draft", type=int)
    action = request.form.get("do", "save")
    if action in ("merge", "edit"):
        mine = _merged(basis)
        if action == "edit":
            return _page(recorded, unjudged(_sheet(mine)), basis, draft_id=draft_id)
        return _save(recorded, _sheet(mine), basis, actor, draft_id)
    sheet = Sheet.of_form(request.form, is_change=True)
    if action == "draft":
        kept = {**sheet.to_keep, CHANGE: {"shipment": shipment_id, "basis": _to_keep(basis)}}
        title = gettext("Change of %(reference)s", reference=recorded.reference)
        draft_id = entering.keep_draft(current_store(), title, kept, actor=actor, now=now(), draft=draft_id)
        flash(gettext("Kept as a draft. Nothing is changed yet."), "done")
        return redirect(url_for("change_form.show", shipment_id=shipment_id, draft=draft_id))
    if action == "rows":
        sheet = sheet.with_rows(len(sheet.rows) + ROWS_MORE, last_size_type(sheet))
    if action in ("more", "fewer"):
        sheet = replace(sheet, more=action == "more")
    if action in ("rows", "more", "fewer"):
        return _page(recorded, unjudged(sheet), basis, draft_id=draft_id)
    if put := request.form.get("put"):
        place, _, value = put.partition("=")
        return _page(recorded, unjudged(sheet.with_value(place, value)), basis, draft_id=draft_id)
    return _save(recorded, sheet, basis, actor, draft_id)


# ---------------------------------------------------------------- storing


def _save(
    recorded: RecordedShipment, sheet: Sheet, basis: Basis, actor: Actor, draft_id: int | None
) -> ResponseReturnValue:
    world = load_world(current_store())
    typed = sheet.raw_rows(world)
    fields = {name: str(typed[0].cells.get(name, "")) for name in changing.FIELDS}
    rows = [{name: str(row.cells.get(name, "")) for name in changing.CELLS} for row in typed] if sheet.filled else []
    mine = changing.as_typed(fields, rows, reference=recorded.reference, world=world, now=now())
    if len(mine.rows) < len(rows):
        return _page(recorded, _twice(sheet, world), basis, draft_id=draft_id, status=422)
    document = changing.document_of(basis.texts, mine)
    if not document:
        flash(gettext("Nothing was changed."), "info")
        return redirect(shipment_address(recorded.id))
    try:
        told = changing.save(
            current_store(), recorded.id, document, basis.version, actor=actor, now=now(), draft=draft_id
        )
    except Stale:
        return _lay_beside(basis, mine, actor, draft_id, recorded.id)
    except RefusedDocument as refused:
        found = _located(sheet, refused.located, document, world)
        return _page(recorded, found, basis, draft_id=draft_id, status=422)
    flash(gettext("%(reference)s is changed. Its history keeps what it was before.", reference=recorded.reference),
          "done")  # fmt: skip
    for warning in {words(each.problem.sentence) for each in told}:
        flash(gettext("Worth a look: %(warning)s", warning=warning), "warn")
    return redirect(shipment_address(recorded.id))


def _lay_beside(basis: Basis, mine: Texts, actor: Actor, draft_id: int | None, shipment_id: int) -> ResponseReturnValue:
    """Show what was typed beside what another saved meanwhile; nothing is stored."""
    merge, newest = changing.merge_with_stored(current_store(), shipment_id, basis, mine, actor=actor)
    if not changing.document_of(newest.texts, merge.result({})):
        flash(gettext("All of this was recorded already; nothing changed."), "info")
        return redirect(shipment_address(shipment_id))
    recorded = entering.shipment(current_store(), shipment_id, actor=actor)
    world = load_world(current_store())
    page = render_template(
        "entry/merge.html",
        shipment=recorded,
        merge=merge,
        fields=[(unit, each) for unit, each in merge.fields.items() if each.by is not By.NOBODY],
        rows=[(key, row) for key, row in merge.rows.items() if row.by is not By.NOBODY],
        By=By,
        label=label,
        shown=lambda unit, value: _shown(unit, value, world),
        row_name=_row_name,
        draft_id=draft_id,
        began=json.dumps(basis.texts.to_keep),
        typed=json.dumps(mine.to_keep),
        basis=json.dumps(_to_keep(newest)),
    )
    return page, 409


def _merged(basis: Basis) -> Texts:
    """What comes of the merge that was shown, by the choices that were made."""
    merge = Merge.of(_texts_of(_sent("began")), _texts_of(_sent("typed")), basis.texts)
    chosen: dict[tuple[str, str], str] = {}
    for name, value in request.form.items():
        if name.startswith("choice|") and name.count("|") >= 2:
            _, unit, row = name.split("|", 2)
            chosen[row, unit] = value
    return merge.result(chosen)


# ---------------------------------------------------------------- what is hidden in the form


def _to_keep(basis: Basis) -> dict[str, object]:
    return {"texts": basis.texts.to_keep, "version": basis.version, "entry": basis.entry}


def _basis_of(kept: object) -> Basis:
    if not isinstance(kept, dict) or not all(isinstance(kept.get(name), int) for name in ("version", "entry")):
        abort(400)
    return Basis(_texts_of(kept.get("texts")), kept["version"], kept["entry"])


def _texts_of(kept: object) -> Texts:
    try:
        return Texts.of_kept(kept)
    except ValueError:
        abort(400)


def _sent(name: str) -> object:
    try:
        found: object = json.loads(request.form.get(name, ""))
    except (ValueError, RecursionError):
        abort(400)
    return found


# ---------------------------------------------------------------- the page


def _sheet(texts: Texts) -> Sheet:
    rows = tuple(texts.rows.values())
    rarer = [name for name in changing.CELLS if name not in Sheet({}, ()).cells and name != "quantity"]
    return Sheet(texts.fields, rows, more=any(row.get(name) for row in rows for name in rarer), is_change=True)


def _page(
    recorded: RecordedShipment, found: Judged, basis: Basis, *, draft_id: int | None = None, status: int = 200
) -> ResponseReturnValue:
    world = load_world(current_store())
    if len(found.rows) == len(basis.texts.rows):
        found = _with_an_empty_row(found)
    page = render_template(
        "entry/change.html",
        shipment=recorded,
        found=found,
        sheet=found.sheet,
        basis=json.dumps(_to_keep(basis)),
        recorded=len(basis.texts.rows),
        is_sent=status == 422,
        is_part=False,
        draft_id=draft_id,
        label=label,
        stations=sorted(world.network.stations.values(), key=lambda s: s.name),
        corridors=world.network.corridors.values(),
        size_types=world.size_types,
        shown_station=lambda text: shown_station(text, world),
        size_names={code: kind.description for code, kind in world.size_types.items()},
        station_names={s.id: f"{s.name} ({s.id})" for s in world.network.stations.values()},
    )
    return page, status


def _with_an_empty_row(found: Judged) -> Judged:
    """One more container can be typed without a button."""
    sheet = found.sheet.with_rows(len(found.rows) + 1, last_size_type(found.sheet))
    return replace(found, sheet=sheet, rows=(*found.rows, RowView(len(found.rows) + 1, sheet.rows[-1])))


def _twice(sheet: Sheet, world: World) -> Judged:
    """Name the rows that say the same container."""
    seen: dict[str, int] = {}
    views = []
    for place, row in enumerate(sheet.rows):
        first = seen.setdefault(changing.key_of(row), place) if place in sheet.filled else place
        problem = Problem(
            message=say("The same container stands in row %(row)s already.", row=first + 1),
            remedy=say("Clear one of the two rows, or correct the number."),
            column="container" if row.get("container", "").strip() else "size_type",
            value=row.get("container", ""),
        )
        own = () if first == place else (in_words_of_form(problem, world),)
        views.append(RowView(place + 1, row, "held" if own else "", own))
    return Judged(sheet, tuple(views))


def _located(sheet: Sheet, located: Sequence[Located], document: Mapping[str, object], world: World) -> Judged:
    """Put what is said of the places of a document beside the fields and rows they came from."""
    places = {changing.key_of(sheet.rows[i]): i for i in reversed(range(len(sheet.rows)))}
    boxes = document.get(CONTAINERS)
    of_boxes = [places.get(_key_in_document(box), 0) for box in boxes] if isinstance(boxes, list) else []
    of_fields: dict[str, list[Problem]] = {}
    of_rows: dict[int, list[Problem]] = {}
    for each in located:
        problem = in_words_of_form(each.problem, world)
        parts = each.pointer.strip("/").split("/")
        if parts[0] in sheet.fields and problem.column in changing.FIELDS:
            of_fields.setdefault(parts[0], []).append(problem)
            continue
        is_of_box = parts[0] == CONTAINERS and len(parts) > 1 and int(parts[1]) < len(of_boxes)
        column = problem.column if problem.column in sheet.cells else sheet.cells[0]
        of_rows.setdefault(of_boxes[int(parts[1])] if is_of_box else 0, []).append(replace(problem, column=column))
    rows = tuple(
        RowView(i + 1, row, _look(of_rows.get(i, [])), tuple(of_rows.get(i, ()))) for i, row in enumerate(sheet.rows)
    )
    return Judged(sheet, rows, {name: tuple(found) for name, found in of_fields.items()})


def _look(problems: Sequence[Problem]) -> str:
    if not problems:
        return ""
    return "held" if any(p.severity is Severity.PROBLEM for p in problems) else "late"


def _key_in_document(box: object) -> str:
    if not isinstance(box, dict):
        return ""
    cells = {name: str(box.get(name) or "") for name in ("container", "size_type")}
    return changing.key_of({**cells, "quantity": "1"})


def _shown(unit: str, value: Sequence[str], world: World) -> str:
    """A value as people read it."""
    text = " ".join(filter(None, value))
    if unit in ("origin", "destination"):
        return shown_station(text, world)
    if unit == "corridor":
        return named(world.network.corridors.get(text)) or text or gettext("the first that fits")
    if unit == "laden":
        return gettext("yes") if text == "yes" else gettext("empty")
    return text


def _row_name(key: str) -> str:
    """What a row of containers is called."""
    if key.startswith("quantity "):
        return gettext("Containers without numbers, %(size_type)s", size_type=key.removeprefix("quantity "))
    return gettext("A row without a number") if key.startswith("row ") else key
