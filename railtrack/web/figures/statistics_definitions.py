"""What each figure means, in our own words: shown below the figures and together on the page of definitions."""

from dataclasses import dataclass

from railtrack.operations.figures.statistics import Statistic
from railtrack.web.i18n import gettext


@dataclass(frozen=True)
class Definition:
    """How a statistic is computed: a paragraph, what counts, what is left out, and its figures one by one."""

    words: str
    counted: str
    left_out: str
    figures: tuple[tuple[str, str], ...] = ()


def quantile_rule() -> str:
    return gettext("linear interpolation between the two nearest values (type 7); the standard deviation is the "
                   "sample’s (n − 1)")  # fmt: skip


def definition(statistic: Statistic) -> Definition:
    return {
        Statistic.TRANSIT: _transit,
        Statistic.RELIABILITY: _reliability,
        Statistic.DWELL: _dwell,
        Statistic.BORDERS: _borders,
        Statistic.VOLUME: _volume,
    }[statistic]()


def _transit() -> Definition:
    return Definition(
        gettext("A journey is one container on one shipment; containers known only by their number of pieces are one "
                "journey. Its transit time runs from its first departure at the origin to its last arrival at the "
                "destination. The completed journeys make mean, spread and quantiles."),
        gettext("journeys that departed, by actual events; completed ones have both ends, those in transit only "
                "the first"),
        gettext("planned and estimated times; cancelled journeys; journeys not departed or with contradictory events; "
                "those of which only a date is known, unless dates are counted"),
        (
            ("P50", gettext("Half of the completed journeys took no longer.")),
            (gettext("Kaplan–Meier median"), gettext("The median that also hears journeys still under way: each "
                                                     "has lasted "
             "at least until its latest event. Without them, slow ones would be missed.")),
            ("SWD", gettext("Speed with delay: length along the corridor over transit time, the mean over journeys.")),
            ("SWOD", gettext("Speed without delay: the same over the time in motion, of journeys all of whose "
                             "stays are "
             "complete. After CAREC’s corridor monitoring.")),
        ),
    )  # fmt: skip


def _reliability() -> Definition:
    return Definition(
        gettext("Delay is the arrival less the planned arrival as first recorded, or after re-planning where that is "
                "chosen. A journey is on time when its delay is no more than the tolerance; early ones are on time."),
        gettext("completed journeys with a planned arrival"),
        gettext("journeys without a plan or not arrived; those of which only a date is known, unless dates are "
                "counted"),
        ((gettext("On time"), gettext("Delay of at most the tolerance, 24 hours unless another is chosen.")),),
    )  # fmt: skip


def _dwell() -> Definition:
    return Definition(
        gettext("A stay runs from an arrival to the next departure at one station between origin and "
                "destination. Further "
                "arrivals before a departure belong to it and do not move it; further departures move its end."),
        gettext("stays with both ends, of completed journeys and of those under way"),
        gettext("stays at origin and destination; stays with one end missing, which are counted apart as incomplete"),
        (
            (gettext("Incomplete"), gettext("One of the two ends was not recorded.")),
            (gettext("Standing now"), gettext("Of the incomplete ones: the container arrived and nothing later "
                                              "was told.")),
        ),
    )  # fmt: skip


def _borders() -> Definition:
    return Definition(
        gettext("A crossing is a pair of stations on the corridor. Its time runs from the first arrival at the "
                "first to the "
                "last departure from the second, in the direction of travel. So it holds waiting, customs, and "
                "the change "
                "of gauge where there is one."),
        gettext("journeys with an actual arrival at the first and an actual departure from the second station"),
        gettext("journeys with one of the two missing; pairs where the journey begins or ends; pairs without "
                "border control, "
                "unless they are asked for; planned and estimated times"),
        ((gettext("Name"), gettext("A crossing has one name in both directions, in the westbound order: BQT-MAL "
                                   "is Brest – "
          "Małaszewicze.")),),
    )  # fmt: skip


def _volume() -> Definition:
    return Definition(
        gettext("Everything that departed in the period. Containers known only by their number of pieces count "
                "that many "
                "times. TEU goes by the first character of the size-type: 20 ft is 1, 40 ft is 2, 45 ft is 2.25."),
        gettext("containers that departed, by actual events"),
        gettext("what was not published or not weighed adds 0 to a sum, and is counted below"),
        (
            (gettext("Train"), gettext("One service number on one local day of departure from one station.")),
            (gettext("Fill"), gettext("Laden TEU over the train’s capacity, over trains whose capacity is known.")),
            (gettext("Balance"), gettext("TEU of the weaker direction over TEU of the stronger.")),
        ),
    )  # fmt: skip
