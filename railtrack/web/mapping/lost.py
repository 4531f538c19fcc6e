"""The sentence on shipments lost from sight, and where they are listed."""

from flask import url_for
from markupsafe import Markup

from railtrack.domain.movement.sight import LOST_AFTER
from railtrack.web.counting import count_word, sentence_case
from railtrack.web.following.shipment_filters import LOST
from railtrack.web.i18n import gettext, ngettext


def lost_sentence(count: int, **filters: str) -> Markup:
    """Say how many, with a link to the list of them; empty where there are none."""
    if not count:
        return Markup("")
    said = ngettext(
        "%(count)s shipment under way was lost from sight: no news for %(days)s days and past its plan.",
        "%(count)s shipments under way were lost from sight: no news for %(days)s days and past their plan.",
        count,
        count=count_word(count),
        days=LOST_AFTER.days,
    )
    address = url_for("shipments.index", status=LOST, **filters)  # type: ignore[arg-type] # url_for's own options
    return Markup('<p class="after-xs">{} <a href="{}">{}</a></p>').format(
        sentence_case(said), address, gettext("Look at them")
    )
