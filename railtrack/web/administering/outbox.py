"""The page on mail, for administrators: what waits, what failed and why, what was sent."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import NotFound
from railtrack.domain.messages import say
from railtrack.domain.rights import Operation
from railtrack.operations.notifying import outbox as operations
from railtrack.operations.notifying.texts import kind_word
from railtrack.web.current import current_actor, current_settings, current_store, now
from railtrack.web.i18n import gettext
from railtrack.web.post import current_post
from railtrack.web.shell import only_who_may

blueprint = Blueprint("outbox", __name__, url_prefix="/admin/mail")


@blueprint.before_request
def _hide_from_others() -> None:
    only_who_may(Operation.KEEP_ACCOUNTS)


@blueprint.get("")
def index() -> ResponseReturnValue:
    """Does mail get out?"""
    found = operations.outbox(current_store(), actor=current_actor(), now=now())
    return render_template(
        "account/mail.html", outbox=found, kind_word=kind_word, sender=current_settings().mail_from,
        has_mail=current_post() is not None,
    )  # fmt: skip


@blueprint.post("/again")
def send_again() -> ResponseReturnValue:
    """Try a mail again now."""
    try:
        mail_id = int(request.form.get("mail", ""))
    except ValueError as error:
        raise NotFound(say("There is no such mail.")) from error
    mail = operations.send_again(current_store(), mail_id, actor=current_actor(), now=now())
    flash(gettext("The mail to %(email)s is tried again now.", email=mail.recipient), "done")
    return redirect(url_for("outbox.index"))


@blueprint.post("/test")
def send_test() -> ResponseReturnValue:
    """Send a mail to oneself."""
    post = current_post()
    if post is None:
        raise NotFound(say("This railtrack has no mail server; set RAILTRACK_SMTP_URL."))
    email = operations.send_test(current_store(), post, actor=current_actor(), now=now())
    flash(gettext("A test mail goes to %(email)s.", email=email), "done")
    return redirect(url_for("outbox.index"))
