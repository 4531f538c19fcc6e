"""The map that the server draws, remembered: drawing ten corridors takes a third of a second, and most readers see
the same one."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

from markupsafe import Markup

from railtrack.domain.line.network import Network
from railtrack.operations.mapping.corridor_facts import CorridorFacts
from railtrack.web import drawings
from railtrack.web.drawings import TrainDrawn
from railtrack.web.i18n import gettext, language
from railtrack.web.numbers import number

MOST = 32  # drawings kept per network

_kept: WeakKeyDictionary[Network, dict[object, Markup]] = WeakKeyDictionary()


def corridor_map(
    network: Network,
    compared: Sequence[CorridorFacts],
    trains: Sequence[TrainDrawn] = (),
    *,
    title: str,
    desc: str,
    note: str = "",
) -> Markup:
    """Draw corridors, the first wide, with the trains on them; `note` is written into the drawing."""
    key = (tuple(facts.corridor.id for facts in compared), tuple(trains), language(), title, desc, note)
    kept = _kept.setdefault(network, {})
    if key not in kept:
        if len(kept) >= MOST:
            kept.pop(next(iter(kept)), None)
        kept[key] = drawings.overview(
            network.stations,
            [(facts.corridor, facts.legs) for facts in compared],
            trains,
            title=title,
            desc=desc,
            language=language(),
            translate=gettext,
            number=lambda value: number(value),
            note=note,
        )
    return kept[key]
