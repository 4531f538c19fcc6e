"""Drawings of the visual language as SVG made on the server: maps, the corridor as a line, charts.

Pure functions of values; what they give is markup with every text escaped, classes and no inline style.
"""

from railtrack.web.drawings.charts import (
    BarRow,
    Marked,
    Range,
    RangeRow,
    bar_chart,
    legend,
    line_chart,
    ranges_chart,
)
from railtrack.web.drawings.line import gauge_runs, mini, ruler, track
from railtrack.web.drawings.maps import TrainDrawn, overview, shipment

__all__ = [
    "BarRow",
    "Marked",
    "Range",
    "RangeRow",
    "TrainDrawn",
    "bar_chart",
    "gauge_runs",
    "legend",
    "line_chart",
    "mini",
    "overview",
    "ranges_chart",
    "ruler",
    "shipment",
    "track",
]
