"""The sample workspace: a button that fills it with simulated history, and one that throws it away again."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.actors import Actor
from railtrack.domain.errors import NotFound, RailtrackError, Refused
from railtrack.domain.messages import Message, say
from railtrack.domain.progress import Progress
from railtrack.domain.rights import Operation
from railtrack.operations.administering import sampling as operations
from railtrack.store.engine import Store
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.current import current_account, current_actor, current_store, now
from railtrack.web.i18n import gettext, ngettext, words
from railtrack.web.numbers import number

blueprint = Blueprint("sample", __name__, url_prefix="/admin/sample")


@dataclass
class Running:
    """What a thread of this process is at. Others know that it is, and not how far."""

    fills: bool = True
    done: int = 0
    of: int = 0
    is_over: bool = False
    trains: int = 0
    gone: int = 0
    error: Message | None = None


_running: dict[str, Running] = {}  # by the address of the database
_lock = Lock()


@blueprint.before_request
def _hide_from_others() -> None:
    """Whoever may not simulate does not learn what stands at these addresses."""
    account = current_account()
    if account is None or not account.may(Operation.SIMULATE, own=False):
        raise NotFound(say("There is no such page."))


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Is there something to try it with?"""
    store, actor = current_store(), current_actor()
    going = _running.get(store.address)
    is_part = request.headers.get("HX-Request") == "true"
    if going is not None and going.is_over:
        with _lock:
            _running.pop(store.address, None)
        _say(going)
        going = None
    elif going is None and operations.is_begun(store, now=now()):
        going = Running()
    if is_part and going is None:
        return Response(status=204, headers={"HX-Redirect": url_for("sample.index")})
    counts = operations.sample(store, actor=actor)
    name = "sample/progress_part.html" if is_part else "sample/index.html"
    return render_template(name, going=going, counts=counts, sentence=_sentence(counts.shipments))


@blueprint.post("/fill")
def fill() -> ResponseReturnValue:
    """Fill it, behind the page."""

    def work(store: Store, actor: Actor, going: Running, progress: Progress) -> None:
        going.trains = operations.fill(store, actor=actor, now=at, progress=progress).trains

    at = now()
    return _start(work, Running(fills=True))


@blueprint.post("/throw-away")
def throw_away() -> ResponseReturnValue:
    """Take it out again, behind the page."""

    def work(store: Store, actor: Actor, going: Running, progress: Progress) -> None:
        going.gone = operations.throw_away(store, actor=actor, now=at)

    at = now()
    return _start(work, Running(fills=False))


def _start(work: Callable[[Store, Actor, Running, Progress], None], going: Running) -> ResponseReturnValue:
    """Let a thread do it, unless somebody is at it already; without the word of the form nothing is done."""
    store, actor, at = current_store(), current_actor(), now()
    if request.form.get("confirmed") != "1":
        flash(gettext("Nothing was done: use the button on this page."), "warn")
        return redirect(url_for("sample.index"))
    with _lock:
        # what came of the last click is told before another begins
        if store.address in _running or not operations.begin(store, actor=actor, now=at):
            return redirect(url_for("sample.index"))
        _running[store.address] = going

    def count(done: int, of: int | None) -> None:
        going.done, going.of = done, of or 0

    def run() -> None:
        try:
            work(store, actor, going, count)
        except Refused as refused:
            going.error = refused.problems[0].message
        except RailtrackError as error:
            going.error = error.message
        except Exception:
            going.error = say("Something went wrong on our side. Nothing was recorded.")
            raise
        finally:
            operations.end(store, actor=actor, now=at)
            going.is_over = True

    Thread(target=run, name="sample workspace", daemon=True).start()
    return redirect(url_for("sample.index"))


def _say(going: Running) -> None:
    """What came of it."""
    if going.error is not None:
        flash(words(going.error), "error")
        flash(gettext("Throw the present one away first, then fill it anew."), "info")
    elif going.fills and going.trains:
        flash(
            ngettext(
                "%(figure)s simulated train is there. Lists and figures show it to whoever asks for simulated history.",
                "%(figure)s simulated trains are there. Lists and figures show them to whoever asks for simulated "
                "history.",
                going.trains,
                figure=number(going.trains),
            ),
            "done",
        )
    elif going.fills:
        flash(gettext("All of it was there already; nothing was added."), "info")
    elif not going.gone:
        flash(gettext("Nothing simulated was there."), "info")
    else:
        flash(
            ngettext(
                "%(figure)s simulated shipment is gone, with all that was told of it.",
                "%(figure)s simulated shipments are gone, with all that was told of them.",
                going.gone,
                figure=number(going.gone),
            ),
            "done",
        )


def _sentence(shipments: int) -> str:
    if not shipments:
        return gettext("There is no simulated history to try things out with.")
    said = ngettext(
        "%(figure)s simulated shipment is there to try things out with.",
        "%(figure)s simulated shipments are there to try things out with.",
        shipments,
        figure=count_word(shipments),
    )
    return sentence_case(said)
