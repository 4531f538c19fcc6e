"""Station names as maps and drawings write them: the town, without the yard or the harbour.

"Mannheim Mühlauhafen" is Mannheim on a map of half the world; in tables and forms it keeps its full name.
"""

import re

from railtrack.domain.line.places import Station

# yards, harbours and goods stations that follow the town's name, in English, German and Chinese
_YARDS = re.compile(
    r"(?:[ -](?:Tuanjiecun|Mühlauhafen|KTL|International Port|Internationaler Hafen|Praga|Franowo|sea port"
    r"|port|Seehafen|Sortirovochny|Sortirowotschny|Severny|Sewerny|Überseehafen|Yangshan|Maasvlakte|Halkalı|LHS|Billwerder)"
    r"|团结村|米劳港|国际港|编组站|普拉加|弗拉诺沃|比尔韦德|马斯弗拉克特|洋山港)$"
)
_ASIDE = re.compile(r"\s*[(（](?!Oder\)|Westf\))[^)）]*[)）]$")


def full_name(station: Station, language: str = "en") -> str:
    """The station's name in the reader's language (en, de, zh); English where there is none."""
    return {"de": station.name_de, "zh": station.name_zh}.get(language[:2]) or station.name


def short_name(station: Station, language: str = "en") -> str:
    """The town alone, for labels in drawings."""
    name = _ASIDE.sub("", full_name(station, language)).removeprefix("Hafen ")
    return _YARDS.sub("", name) or name
