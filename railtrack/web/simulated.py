"""The switch between true and simulated history. True is what is shown until the reader asks for the other.

`?simulated=1` on any page switches it on, `?simulated=0` off; the session remembers, and the page comes back under its
own address, so that a copied link does not carry the switch along.
"""

from flask import Flask, redirect, request, session
from flask.typing import ResponseReturnValue

from railtrack.web.addresses import safe_back
from railtrack.web.current import is_anonymous
from railtrack.web.shell import home, same_page_with

ADDRESSES = {"0": False, "1": True}


def register(app: Flask) -> None:
    """Listen for the switch on every page."""
    app.before_request(_switch)


def shows_simulated() -> bool:
    """Whether the reader asked for simulated history."""
    return session.get("simulated") is True


def simulated_context() -> dict[str, object]:
    """What `base.html` and the macro `simulated_switch` need; a page whose figures heed the switch passes it on."""
    return {
        "show_simulated": shows_simulated(),
        "true_only_address": same_page_with(simulated="0", cursor=None),
        "with_simulated_address": same_page_with(simulated="1", cursor=None),
    }


def _switch() -> ResponseReturnValue | None:
    asked = request.args.get("simulated")
    if asked not in ADDRESSES or request.method != "GET" or is_anonymous():
        return None
    session["simulated"] = ADDRESSES[asked]
    return redirect(safe_back(same_page_with(simulated=None), home()))
