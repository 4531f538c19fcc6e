"""What stands over the columns of the list as a file: words of the reader's language, in English the columns' names."""

from railtrack.exchange.columns import LOCAL_SUFFIX, MOMENT_COLUMNS
from railtrack.web.i18n import SOURCE_LANGUAGE, gettext, language


def list_heads() -> dict[str, str]:
    """A word for each column; none in English, whose heads are the names that commands and scripts know."""
    if language() == SOURCE_LANGUAGE:
        return {}
    heads = {
        "reference": gettext("Reference"),
        "partner": gettext("Partner"),
        "origin": gettext("From"),
        "destination": gettext("To"),
        "direction": gettext("Direction"),
        "corridor": gettext("Corridor"),
        "train": gettext("Train"),
        "containers": gettext("Containers"),
        "teu": gettext("TEU"),
        "status": gettext("Status"),
        "planned_departure": gettext("Planned departure"),
        "departed": gettext("Departed"),
        "planned_arrival": gettext("Planned arrival"),
        "arrived": gettext("Arrived"),
        "last_event": gettext("Last event"),
        "last_station": gettext("Last station"),
        "last_at": gettext("Last reported"),
        "state": gettext("Against plan"),
        "behind_h": gettext("Behind plan, h"),
        "behind_days": gettext("Behind plan, days"),
        "travelled_km": gettext("Travelled, km"),
        "length_km": gettext("Length, km"),
        "marks": gettext("Marks"),
        "published": gettext("Published record"),
        "simulated": gettext("Simulated"),
    }
    local = {
        name + LOCAL_SUFFIX: gettext("%(column)s, local time", column=head)
        for name, head in heads.items()
        if name in MOMENT_COLUMNS
    }
    return heads | local
