"""railtrack on a phone without a connection: it can be installed, and events told there are kept and sent later.

What the browser needs for it is the service worker (`static/sw.js`), which answers for the event form when the server
cannot be reached. A kept event belongs to whoever told it: it carries the mark of that account, and is taken from
nobody else.
"""

import hmac
import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from railtrack.domain.errors import NotAllowed, NotFound, Problem
from railtrack.domain.messages import say
from railtrack.web.current import current_account, current_actor, current_store, now, public
from railtrack.web.entering.event_words import in_words
from railtrack.web.entering.telling import about, problems_of, tell
from railtrack.web.i18n import gettext, language, words

blueprint = Blueprint("offline", __name__)
# what the event form is made of; the worker keeps these, and no other file
SHELL = (
    "style.css", "entry.css", "app.js", "entry.js", "entry-keys.js", "offline-keep.js", "offline.js",
    "vendor/htmx.min.js", "icons/railtrack.svg",
)  # fmt: skip

# the fields of the form that say what is told of
SUBJECT = ("shipment", "train", "date", "origin", "container")


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["device_mark"] = device_mark


@blueprint.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker. It stands at the root, since it may answer only for what lies beside or below it."""
    static = Path(str(current_app.static_folder))
    files = [url_for("static", filename=name) for name in SHELL if (static / name).is_file()]
    told = {
        "version": _version(static),
        "files": files,
        "keep": url_for("static", filename="offline-keep.js"),
        "form": url_for("event_form.new"),
        "kept": url_for("offline.kept"),
        "state": url_for("offline.state"),
        "take": url_for("offline.take"),
        "recorded": url_for("event_form.recorded"),
        "subject": SUBJECT,
        "sign_in": url_for("security.login"),
        "sign_out": url_for("security.logout"),
    }
    text = f"self.RAILTRACK = {json.dumps(told)};\n" + (static / "sw.js").read_text(encoding="utf-8")
    return Response(text, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@blueprint.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What a phone shows of railtrack once it is installed, in the reader's language."""
    icons = [
        {
            "src": url_for("static", filename="icons/railtrack.svg"),
            "sizes": "any",
            "type": "image/svg+xml",
            "purpose": "any",
        },
        *(
            {"src": url_for("static", filename=f"icons/{name}.png"), "sizes": size, "type": "image/png", "purpose": use}
            for name, size, use in (
                ("railtrack-192", "192x192", "any"),
                ("railtrack-512", "512x512", "any"),
                ("railtrack-maskable-512", "512x512", "maskable"),
            )
        ),
    ]
    told = {
        "id": "/",
        "name": "railtrack",
        "short_name": "railtrack",
        "description": gettext("Follows cargo trains between Chongqing and Mannheim."),
        "lang": language(),
        "start_url": url_for("event_form.new"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": icons,
        "shortcuts": [
            {"name": gettext("Record an event"), "url": url_for("event_form.new")},
            {"name": gettext("Kept on this device"), "url": url_for("offline.kept")},
        ],
    }
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/manifest+json")


@blueprint.get("/events/kept")
def kept() -> ResponseReturnValue:
    """What this device keeps, and why it could not be sent. The page itself holds nothing: a script fills it in."""
    _writer_mark()
    return render_template("entry/kept.html")


@blueprint.get("/events/kept/state")
def state() -> ResponseReturnValue:
    """Who is signed in, and the token that what they kept is sent with."""
    answer = jsonify(mark=_writer_mark(), token=generate_csrf())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/events/kept")
def take() -> ResponseReturnValue:
    """Record one kept event, as the form would; say what came of it in words."""
    mark = _writer_mark()
    if not hmac.compare_digest(request.form.get("mark", ""), mark):
        return jsonify(state="other"), 409
    actor = current_actor()
    try:
        told_of = about(current_store(), request.form, actor=actor)
    except NotFound as error:
        return _refused(Problem(message=error.message), is_gone=True)
    if told_of is None:
        return _refused(Problem(message=say("There is no such shipment.")), is_gone=True)
    key = request.form.get("key", "")[:64]
    if not key:
        return _refused(Problem(message=say("This event has no key, so it could be recorded twice.")))
    entered = tell(current_store(), told_of, request.form, key, actor=actor, now=now())
    problems = problems_of(entered)
    if entered is None or not entered.is_done:
        return _refused(*problems)
    return jsonify(state="recorded", before=entered.outcome is None, warnings=[_said(p) for p in problems])


def device_mark() -> str:
    """What tells the reader's own kept events from others' on the same device; empty for who records nothing."""
    account = current_account()
    if account is None or not account.may_write:
        return ""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"kept events of {account.id} {account.email}".encode(), sha256).hexdigest()[:24]


def _writer_mark() -> str:
    mark = device_mark()
    if not mark:
        raise NotAllowed(say("Your role reads everything and changes nothing."))
    return mark


def _refused(*problems: Problem, is_gone: bool = False) -> ResponseReturnValue:
    return jsonify(state="refused", is_gone=is_gone, problems=[_said(problem) for problem in problems]), 422


def _said(problem: Problem) -> str:
    told = in_words(problem)
    return " ".join(words(part) for part in (told.message, told.remedy) if part)


@cache
def _version(static: Path) -> str:
    """Changes with any file the worker keeps, so that a new version fetches them anew."""
    found = sha256()
    for name in (*SHELL, "sw.js"):
        path = static / name
        found.update(path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()[:16]
