"""What the fields of a shared link are called, and how links stand."""

from dataclasses import dataclass
from datetime import datetime

from railtrack.domain.sharing import LinkKind, SharedField, SharedLink
from railtrack.operations.figures.statistics import Statistic
from railtrack.operations.sharing.links import Listed
from railtrack.web.figures.statistics_words import title
from railtrack.web.i18n import gettext
from railtrack.web.marks import status


@dataclass(frozen=True)
class FieldWords:
    """A field of the form: its name, and what it holds."""

    label: str
    holds: str = ""


def field_words(field: SharedField) -> FieldWords:
    """Say what somebody else gets to see with it."""
    return {
        SharedField.REFERENCE: FieldWords(gettext("Reference"), gettext("and the train’s number")),
        SharedField.MAP: FieldWords(gettext("Map"), gettext("where it is, drawn and to move about in")),
        SharedField.CONTAINERS: FieldWords(gettext("Containers"), gettext("how many, their numbers and size-types")),
        SharedField.GOODS: FieldWords(gettext("Goods"), gettext("with weights, seals, dangerous goods and Incoterm")),
        SharedField.NAMES: FieldWords(gettext("Shipper and consignee")),
        SharedField.DOCUMENTS: FieldWords(gettext("Consignment note"), gettext("its number")),
        SharedField.REPORTS: FieldWords(gettext("Every report"), gettext("with reasons and remarks")),
        SharedField.VALUES: FieldWords(gettext("Value of the goods")),
        SharedField.PRICES: FieldWords(gettext("Freight"), gettext("what is paid for the carriage")),
        SharedField.TABLE: FieldWords(gettext("Table")),
        SharedField.CHARTS: FieldWords(gettext("Charts")),
    }[field]


def state_of(link: SharedLink, now: datetime) -> str:
    """Whether a link works, with its shape."""
    if link.revoked_at is not None:
        return status("held", gettext("Withdrawn"))
    return status("ok", gettext("Works")) if link.is_alive(now) else status("silent", gettext("Run out"))


def subject_of(listed: Listed) -> str:
    """What a link shows, by name."""
    if listed.link.kind is LinkKind.FIGURES:
        return title(Statistic(listed.link.subject))
    return listed.reference or gettext("a shipment that is gone")
