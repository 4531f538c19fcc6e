"""The post office of this application, where there is a mail server."""

from flask import current_app

from railtrack.operations.notifying.post import PostOffice, post_office
from railtrack.web.current import current_settings


def current_post() -> PostOffice | None:
    """What mails are written with; None where none are sent and links are shown instead."""
    kept = current_app.extensions["railtrack"]
    if "post" not in kept:
        kept["post"] = post_office(current_settings(), current_app.config["SECRET_KEY"])
    found = kept["post"]
    return found if isinstance(found, PostOffice) else None


def sends_mail() -> bool:
    """Whether there is a mail server, for templates."""
    return current_settings().sends_mail
