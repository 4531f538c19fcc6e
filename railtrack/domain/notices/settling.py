"""What the causes that are there now make of the alerts that are open."""

from collections.abc import Iterable
from dataclasses import dataclass

from railtrack.domain.notices.alerts import Alert
from railtrack.domain.notices.findings import Finding


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Causes that open an alert, alerts whose cause is still there, and alerts that are over."""

    opens: tuple[Finding, ...] = ()
    stays: tuple[tuple[Alert, Finding], ...] = ()
    closes: tuple[Alert, ...] = ()


def settle(desk: int | None, alerts: Iterable[Alert], found: Iterable[Finding]) -> Settled:
    """Hold the open alerts of a desk against what is the matter now; settled twice, the second changes nothing."""
    causes: dict[str, Finding] = {}
    for each in found:
        known = causes.get(each.identity(desk))
        if known is None or (each.opens and not known.opens):
            causes[each.identity(desk)] = each
    stays, closes = [], []
    for alert in alerts:
        cause = causes.pop(alert.identity, None)
        if cause is None:
            closes.append(alert)
        else:
            stays.append((alert, cause))
    opens = tuple(cause for cause in causes.values() if cause.opens)
    return Settled(opens=opens, stays=tuple(stays), closes=tuple(closes))
