"""Webhooks: which programs are told of alerts, and what they answered."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from railtrack.domain.errors import Conflict, Problem, Refused
from railtrack.domain.notices.alerts import Delivery
from railtrack.domain.notices.kinds import DeliveryState, Occurrence
from railtrack.domain.records import Lateness
from railtrack.operations.notifying import webhooks as operations
from railtrack.operations.notifying.webhooks import HookOffice, hook_office
from railtrack.web.current import current_actor, current_settings, current_store, now
from railtrack.web.i18n import gettext, words
from railtrack.web.notices.alerts import blueprint


@blueprint.get("/webhooks")
def webhooks() -> ResponseReturnValue:
    """Which programs are told of alerts?"""
    return _page()


@blueprint.post("/webhooks")
def add_webhook() -> ResponseReturnValue:
    """Add one, and show its secret, this once."""
    try:
        made, secret = operations.add_webhook(
            current_store(), _office(), request.form.get("url", ""), actor=current_actor(), now=now()
        )
    except Refused as refused:
        return _page(refused.problems), 422
    return render_template("alerts/secret.html", webhook=made, secret=secret)


@blueprint.post("/webhooks/<int:webhook_id>/test")
def test_webhook(webhook_id: int) -> ResponseReturnValue:
    """Send it a message that means nothing."""
    try:
        made = operations.send_test(current_store(), webhook_id, actor=current_actor(), now=now())
    except Conflict as conflict:
        flash(words(conflict.message), "warn")
    else:
        flash(gettext("A test message goes to %(url)s. Look again in some seconds.", url=made.url), "done")
    return redirect(url_for("alerts.webhooks"))


@blueprint.post("/webhooks/<int:webhook_id>/active")
def set_webhook(webhook_id: int) -> ResponseReturnValue:
    """Pause it, or let it go on."""
    is_active = request.form.get("active") == "1"
    made = operations.set_active(current_store(), webhook_id, is_active, actor=current_actor(), now=now())
    if is_active:
        flash(gettext("%(url)s is told again.", url=made.url), "done")
    else:
        flash(gettext("%(url)s is told nothing until you let it go on; what happens meanwhile is not made up for.",
                      url=made.url), "done")  # fmt: skip
    return redirect(url_for("alerts.webhooks"))


@blueprint.post("/webhooks/<int:webhook_id>/remove")
def remove_webhook(webhook_id: int) -> ResponseReturnValue:
    """Take it out."""
    made = operations.remove(current_store(), webhook_id, actor=current_actor(), now=now())
    flash(gettext("%(url)s is removed.", url=made.url), "done")
    return redirect(url_for("alerts.webhooks"))


def _page(problems: tuple[Problem, ...] = ()) -> str:
    actor = current_actor()
    listed = operations.list_webhooks(current_store(), actor=actor)
    return render_template(
        "alerts/webhooks.html",
        listed=listed,
        active=sum(each.webhook.is_active for each in listed),
        url=request.form.get("url", ""),
        problems=problems,
        state_of=state_of,
        what_of=what_of,
    )


def state_of(delivery: Delivery) -> tuple[Lateness, str]:
    """How a message stands: its shape and word."""
    return {
        DeliveryState.WAITING: (Lateness.SILENT, gettext("Waits"))
        if delivery.attempts
        else (Lateness.PLANNED, gettext("Waits")),
        DeliveryState.SENDING: (Lateness.PLANNED, gettext("Under way")),
        DeliveryState.DELIVERED: (Lateness.ARRIVED, gettext("Delivered")),
        DeliveryState.FAILED: (Lateness.HELD, gettext("Given up")),
    }[delivery.state]


def what_of(delivery: Delivery) -> str:
    """What a message tells."""
    reference = str(delivery.payload.get("data", {}).get("reference", ""))
    return {
        Occurrence.OPENED: gettext("%(reference)s: alert opened", reference=reference),
        Occurrence.ACKNOWLEDGED: gettext("%(reference)s: alert seen to", reference=reference),
        Occurrence.CLOSED: gettext("%(reference)s: alert over", reference=reference),
        Occurrence.TEST: gettext("Test"),
    }[delivery.occurrence]


def _office() -> HookOffice:
    return hook_office(current_settings(), current_app.config["SECRET_KEY"])
