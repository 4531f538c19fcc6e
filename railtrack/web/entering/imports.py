"""Taking in files: upload, look at what would be stored and what not, decide, and get the refused rows to mend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from railtrack.domain.actors import Actor
from railtrack.domain.clock import zone_named
from railtrack.domain.errors import NotFound, RailtrackError, Refused
from railtrack.domain.messages import Message, say
from railtrack.domain.rights import Operation, insist
from railtrack.domain.rows.unfit import Unfit
from railtrack.domain.rows.verdicts import State
from railtrack.exchange.columns import Kind
from railtrack.exchange.limits import Limits
from railtrack.exchange.writing import write_template
from railtrack.operations.administering.reference import load_world
from railtrack.operations.entering import importing
from railtrack.operations.entering.importing import Manner, Preview
from railtrack.store.desk import DROPPED, STORED, WAITING, Upload
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_actor, current_settings, current_store, now
from railtrack.web.downloads import download
from railtrack.web.entering.sheet import label
from railtrack.web.i18n import gettext, language, ngettext, words
from railtrack.web.numbers import number

blueprint = Blueprint("imports", __name__)

SHOWN_PROBLEMS, SHOWN_ROWS, ALL_ROWS = 200, 3, 500
BIG_FILE = 3_000  # rows from which storing goes on behind a page that counts
SHOWN_COLUMNS = {
    Kind.SHIPMENTS: ("reference", "origin", "destination", "container", "quantity", "size_type", "planned_departure",
                     "gross_kg", "goods"),
    Kind.EVENTS: ("reference", "container", "event", "classifier", "station", "occurred_at", "remark"),
}  # fmt: skip


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.filters["column_label"] = column_label


def column_label(name: str) -> str:
    """What a column of a file is called above a table."""
    words_for = {
        "reference": gettext("Reference"),
        "event": gettext("Event"),
        "classifier": gettext("How sure"),
        "station": gettext("Station"),
        "occurred_at": gettext("When"),
        "remark": gettext("Remark"),
    }
    return words_for.get(name) or label(name)


@dataclass
class Running:
    """A file being stored by a thread of this process. Others know that it is, and not how far."""

    done: int = 0
    rows: int = 0
    result: Mapping[str, Any] | None = None
    error: Message | None = None
    started: float = field(default_factory=monotonic)


_running: dict[str, Running] = {}
_lock = Lock()


@blueprint.get("/import")
def index() -> ResponseReturnValue:
    """Which file?"""
    actor = _writer()
    return render_template(
        "entry/import.html",
        waiting=importing.waiting(current_store(), actor=actor, now=now()),
        most_mb=current_settings().max_upload_mb,
        most_rows=current_settings().max_rows,
        kinds=tuple(Kind),
    )


@blueprint.post("/import")
def send() -> ResponseReturnValue:
    """Keep the file and show what would become of it."""
    actor = _writer()
    file = request.files.get("file")
    content = file.read() if file is not None else b""
    name = (file.filename or "") if file is not None else ""
    if not name:
        flash(gettext("Choose a file first."), "error")
        return redirect(url_for("imports.index"))
    try:
        upload_id = importing.keep(current_store(), content, _plain_name(name), actor=actor, now=now())
    except Refused as refused:  # too many wait; the page it goes to lists them
        for problem in refused.problems:
            flash(f"{words(problem.message)} {words(problem.remedy) if problem.remedy else ''}", "error")
        return redirect(url_for("imports.index"))
    asked: dict[str, Any] = {
        name: value for name in ("kind", "times_in", "update") if (value := request.form.get(name, ""))
    }
    return redirect(url_for("imports.preview", upload_id=upload_id, **asked))


@blueprint.get("/import/<upload_id>")
def preview(upload_id: str) -> ResponseReturnValue:
    """What will be stored, what not?"""
    actor = _writer()
    file = importing.upload(current_store(), upload_id, actor=actor, now=now())
    if file.state == STORED:
        return redirect(url_for("imports.result", upload_id=upload_id))
    if file.state == DROPPED:
        raise NotFound(say("This file was put away unused; upload it again."))
    if upload_id in _running or importing.is_begun(current_store(), file, actor=actor, now=now()):
        return redirect(url_for("imports.progress", upload_id=upload_id))
    manner, complaint = _manner(request.args)
    world = load_world(current_store())
    seen = importing.preview(current_store(), file, manner, world=world, actor=actor, now=now())
    page = render_template(
        "entry/preview.html",
        file=file,
        seen=seen,
        result=seen.result,
        manner=manner,
        complaint=complaint,
        asked=_asked(manner),
        teu=seen.teu(world) if seen.result.kind is Kind.SHIPMENTS else None,
        problems=seen.problems[:SHOWN_PROBLEMS],
        warnings=seen.warnings[:SHOWN_PROBLEMS],
        columns=_shown_columns(seen),
        rows=seen.accepted[: ALL_ROWS if request.args.get("all") else SHOWN_ROWS],
        cell=importing.cell,
        state=State,
        kinds=tuple(Kind),
        sentence=sentence(seen),
        encodings=_encodings(seen, file),
        delimiter=_delimiter(seen),
    )
    return page, 200 if seen.is_readable else 422


@blueprint.post("/import/<upload_id>")
def decide(upload_id: str) -> ResponseReturnValue:
    """Do with the file what its owner chose."""
    actor = _writer()
    file = importing.upload(current_store(), upload_id, actor=actor, now=now())
    choice = request.form.get("do", "")
    manner, _ = _manner(request.form)
    if file.state == STORED:
        flash(gettext("This file was taken in before; this is what came of it."), "info")
        return redirect(url_for("imports.result", upload_id=upload_id))
    if choice not in ("all", "good"):
        importing.drop(current_store(), file, actor=actor, now=now())
        flash(gettext("Nothing was stored. Mend the file and send it again."), "info")
        return redirect(url_for("imports.index"))
    rows = file.content.count(b"\n") if not file.content.startswith(b"PK") else len(file.content) // 100
    if rows >= BIG_FILE:
        _start(file, manner, partial=choice == "good", actor=actor)
        return redirect(url_for("imports.progress", upload_id=upload_id))
    outcome = importing.accept(
        current_store(), file, manner, partial=choice == "good", world=load_world(current_store()),
        actor=actor, now=now(), render=words,
    )  # fmt: skip
    return _decided(upload_id, outcome, manner)


@blueprint.get("/import/<upload_id>/progress")
def progress(upload_id: str) -> ResponseReturnValue:
    """How far is it?"""
    actor = _writer()
    file = importing.upload(current_store(), upload_id, actor=actor, now=now())
    going = _running.get(upload_id)
    is_part = request.headers.get("HX-Request") == "true"
    if going is None and file.state != STORED and importing.is_begun(current_store(), file, actor=actor, now=now()):
        going = Running()
    if going is not None and going.result is None and going.error is None and file.state != STORED:
        name = "entry/progress_part.html" if is_part else "entry/progress.html"
        return render_template(name, file=file, going=going)
    with _lock:
        _running.pop(upload_id, None)
    if going is not None and going.error is not None:
        flash(words(going.error), "error")
    if going is not None and going.result is not None and not going.result.get("stored"):
        flash(gettext("Nothing was stored: rows were refused meanwhile."), "warn")
    address = url_for("imports.result" if file.state == STORED else "imports.preview", upload_id=upload_id)
    return Response(status=204, headers={"HX-Redirect": address}) if is_part else redirect(address)


@blueprint.get("/import/<upload_id>/result")
def result(upload_id: str) -> ResponseReturnValue:
    """What was stored?"""
    file = importing.upload(current_store(), upload_id, actor=_writer(), now=now())
    if file.state != STORED:
        return redirect(url_for("imports.preview", upload_id=upload_id))
    return render_template("entry/imported.html", file=file, found=file.result or {})


@blueprint.get("/import/<upload_id>/refused")
def refused(upload_id: str) -> ResponseReturnValue:
    """The rows that were refused, as they were sent, with the reasons."""
    actor = _writer()
    file = importing.upload(current_store(), upload_id, actor=actor, now=now())
    kept = importing.refused_kept(file.result or {})
    if kept is None and file.state != WAITING:
        raise NotFound(say("The refused rows of this file are not kept any more; send it again to see them."))
    if kept is None:
        manner, _ = _manner(request.args)
        world = load_world(current_store())
        seen = importing.preview(current_store(), file, manner, world=world, actor=actor, now=now())
        kept = importing.refused_file(seen.result, render=words)
    content, form = kept
    return download([content], f"{file.name.rpartition('.')[0] or file.name}-refused", form)


@blueprint.get("/import/template/<kind>.<form>")
def template(kind: str, form: str) -> ResponseReturnValue:
    """A file to fill in."""
    if kind not in {k.value for k in Kind} or form not in ("csv", "xlsx"):
        raise NotFound(say("There is no such template."))
    return download([write_template(Kind(kind), form)], f"railtrack-{kind}", form)


def sentence(seen: Preview) -> str:
    """The first sentence: how much is new, what has problems, and that nothing is stored yet."""
    found = seen.result
    if not seen.is_readable:
        return gettext("This file cannot be read as it is. Nothing is stored.")
    if not found.accepted:
        said = [gettext("No row of it is new.")]
    elif found.rows == 1:
        said = [gettext("Its one row is new and ready.")]
    else:
        said = [
            ngettext(
                "%(ready)s of %(rows)s rows is new and ready.",
                "%(ready)s of %(rows)s rows are new and ready.",
                found.accepted,
                ready=number(found.accepted),
                rows=number(found.rows),
            )
        ]
    if found.rejected:
        figure = count_word(found.rejected)
        problems = ngettext("%(figure)s has problems.", "%(figure)s have problems.", found.rejected, figure=figure)
        said.append(sentence_case(problems))
    said.append(gettext("Nothing is stored yet."))
    return " ".join(said)


# ---------------------------------------------------------------- helpers


def _writer() -> Actor:
    actor = current_actor()
    insist(actor, Operation.TELL)
    return actor


def _manner(asked: Mapping[str, str]) -> tuple[Manner, str]:
    """How the reader wants a file to be read, and what is wrong with that."""
    kind = asked.get("kind", "")
    zone, complaint = None, ""
    name = asked.get("times_in", "").strip()
    if name:
        try:
            zone = zone_named(name)
        except Unfit as unfit:
            complaint = f"{words(unfit.message)} {words(unfit.remedy) if unfit.remedy else ''}"
    return Manner(
        kind=Kind(kind) if kind in {k.value for k in Kind} else None,
        encoding=asked.get("encoding", "").strip() or None,
        times_in=zone,
        update=asked.get("update", "") == "1",
        limits=Limits(rows=current_settings().max_rows, bytes=current_settings().max_upload_mb * 1024 * 1024),
    ), complaint


def _asked(manner: Manner) -> dict[str, Any]:
    zone = manner.times_in
    given = {
        "kind": manner.kind.value if manner.kind else "",
        "encoding": manner.encoding or "",
        "times_in": zone.key if isinstance(zone, ZoneInfo) else "",
        "update": "1" if manner.update else "",
    }
    return {name: value for name, value in given.items() if value}


def _start(file: Upload, manner: Manner, *, partial: bool, actor: Actor) -> None:
    """Store a big file in a thread, so that the page can say how far it is. Started twice, it runs once."""
    store, at = current_store(), now()
    if not importing.begin(store, file, actor=actor, now=at):
        return
    going = Running()
    with _lock:
        _running[file.id] = going
    world = load_world(store)
    app, speech = current_app._get_current_object(), language()  # type: ignore[attr-defined] # a proxy, in a thread

    def count(done: int, rows: int | None) -> None:
        going.done, going.rows = done, rows or 0

    def work() -> None:
        try:
            # the reasons of refused rows are said in the language of whoever sent them
            with app.app_context(), force_locale(speech):
                going.result = importing.accept(
                    store, file, manner, partial=partial, world=world, actor=actor, now=at, render=words, progress=count
                )
        except RailtrackError as error:
            going.error = error.message
        except Exception:
            going.error = say("Something went wrong on our side. Nothing was stored.")
            raise
        finally:
            importing.end(store, file, actor=actor, now=at)

    Thread(target=work, name=f"import {file.id}", daemon=True).start()


def _decided(upload_id: str, outcome: Mapping[str, Any], manner: Manner) -> ResponseReturnValue:
    if not outcome.get("stored"):
        flash(
            gettext("Nothing was stored: at least one row is refused. Take in the good rows, or mend the file."), "warn"
        )
        return redirect(url_for("imports.preview", upload_id=upload_id, **_asked(manner)))
    return redirect(url_for("imports.result", upload_id=upload_id))


def _plain_name(name: str) -> str:
    """The file's name without folders and signs that cannot be seen."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable())[:200] or "file"


def _shown_columns(seen: Preview) -> list[str]:
    if seen.result.kind is None:
        return []
    present = {name for row in seen.accepted[:ALL_ROWS] for name in row.cells}
    return [name for name in SHOWN_COLUMNS[seen.result.kind] if name in present]


def _encodings(seen: Preview, file: Upload) -> list[tuple[str, str]]:
    """Encodings the file may be in, each with some lines of it; none where that is not the trouble."""
    if seen.is_readable or not any("encoding" in p.message.text for p in seen.problems):
        return []
    likely = [s for p in seen.problems for s in p.suggestions]
    return importing.samples(file.content, [*dict.fromkeys([*likely, "gb18030", "windows-1252", "windows-1251"])])


def _delimiter(seen: Preview) -> str:
    read = seen.result.read
    if read is None or not read.delimiter:
        return ""
    return {",": gettext("commas"), ";": gettext("semicolons"), "\t": gettext("tabs")}.get(read.delimiter, "")
