"""What an alert may be about, how it ends, and what of it is told in which manner."""

from enum import StrEnum


class AlertKind(StrEnum):
    LATE = "late"  # behind its plan
    OVERDUE = "overdue"  # at a station for longer than is usual there
    SILENT = "silent"  # running, and nobody told anything
    OFF_CORRIDOR = "off_corridor"
    TEMPERATURE = "temperature"
    HELD = "held"


class Occurrence(StrEnum):
    """What happens to an alert and is told, each at most once."""

    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    TEST = "test"  # of no alert: somebody tries a webhook


class Ending(StrEnum):
    """Why an alert is over."""

    GONE = "gone"  # its cause
    ARRIVED = "arrived"
    ENDED = "ended"  # cancelled, contradictory, or nothing of it under way any more
    LOST = "lost"  # lost from sight: nobody told of it for long
    OFF = "off"  # the rule was switched off


class Manner(StrEnum):
    """How somebody wants to hear of alerts by mail."""

    NONE = "none"
    AT_ONCE = "at_once"
    DIGEST = "digest"  # once a day


class DeliveryState(StrEnum):
    """`sending`: a job has it in hand."""

    WAITING = "waiting"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
