"""Finding a station by what people write: our id, a UN/LOCODE, or a name in any of its languages (contract §3).

Compared after NFKC, case folding and without diacritics. A name in brackets behind the first, as in *Ürümqi
(Sanping)*, may be left out. What fits several stations or none is never guessed: near matches are listed. Codes that
are only candidates for a station's UN/LOCODE are unknown here (PLMAL is Malechowo, not Małaszewicze).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from railtrack.domain.line.places import Station

# letters that carry their stroke or dot inside and so survive decomposition, and the apostrophes of Xi'an
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ə": "e", "’": "'", "‘": "'", "ʼ": "'"}
)
NEAR = 5


class UnknownStation(LookupError):
    """No station, or not just one, goes by this name; `near` are those it may have meant, nearest first."""

    def __init__(self, text: str, near: tuple[Station, ...], *, ambiguous: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.near = near
        self.ambiguous = ambiguous


class Gazetteer:
    """All stations by everything they are called."""

    def __init__(self, stations: Mapping[str, Station] | Iterable[Station]) -> None:
        listed = stations.values() if isinstance(stations, Mapping) else stations
        self.stations: dict[str, Station] = {station.id: station for station in listed}
        self._codes: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        for station in self.stations.values():
            for code in (station.id, station.unlocode, *station.unlocode_other):
                if code:
                    self._codes.setdefault(fold(code), set()).add(station.id)
            for name in names_of(station):
                self._names.setdefault(fold(name), set()).add(station.id)

    def find(self, text: str) -> Station:
        """Give the one station called `text`; raises UnknownStation with near matches."""
        wanted = fold(text)
        for table, key in ((self._codes, wanted.replace(" ", "")), (self._names, wanted)):
            ids = table.get(key, set())
            if len(ids) == 1:
                return self.stations[next(iter(ids))]
            if ids:
                raise UnknownStation(text, tuple(self.stations[i] for i in sorted(ids)), ambiguous=True)
        raise UnknownStation(text, self.near(text))

    def near(self, text: str, limit: int = NEAR) -> tuple[Station, ...]:
        """Give the stations that look most like `text`, nearest first; none where nothing is close."""
        wanted = fold(text)
        if not wanted:
            return ()
        best: dict[str, float] = {}
        for table in (self._names, self._codes):
            for name, ids in table.items():
                score = _likeness(wanted, name)
                for station_id in ids:
                    best[station_id] = max(best.get(station_id, 0.0), score)
        ranked = sorted((-score, station_id) for station_id, score in best.items() if score >= 0.6)
        return tuple(self.stations[station_id] for _, station_id in ranked[:limit])


def fold(text: str) -> str:
    """Bring a name to the form names are compared in."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    return " ".join(bare.translate(_PLAIN).split())


def names_of(station: Station) -> tuple[str, ...]:
    """Give every name a station goes by, with and without the bracket behind it."""
    full = [name for name in (station.name, station.name_de, station.name_zh) if name]
    short = [unicodedata.normalize("NFKC", name).partition("(")[0].strip() for name in full]
    return tuple(dict.fromkeys(name for name in (*full, *short) if name))


def _likeness(wanted: str, name: str) -> float:
    """Score two folded names from 0 to 1; a part of a longer name is near as well."""
    if wanted == name:
        return 1.0
    if len(wanted) >= 2 and (name.startswith(wanted) or (wanted.startswith(name) and len(name) > 3)):
        return 0.95
    if len(wanted) >= 2 and wanted in name:
        return 0.9
    # a town is mistyped more often than written with its yard: Manheim is near Mannheim Mühlauhafen
    town = " ".join(name.split()[: len(wanted.split())])
    return max(_ratio(wanted, name), 0.0 if town == name else _ratio(wanted, town))


def _ratio(wanted: str, name: str) -> float:
    matcher = SequenceMatcher(None, wanted, name)
    return matcher.ratio() if matcher.quick_ratio() >= 0.6 else 0.0
