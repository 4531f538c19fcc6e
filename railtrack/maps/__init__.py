"""Maps as Folium pages: values in, HTML out. No database, no web framework.

Three maps: the overview with all corridors and the trains under way, the way of one shipment, one station. Each is a
`CorridorMap`; `render_page` makes the page for a sandboxed frame, `render_standalone` one file that opens offline.
"""

from railtrack.maps.atlas import overview_map, shipment_map, station_map
from railtrack.maps.page import ASSETS_CSS, ASSETS_JS, CorridorMap, render_page, render_standalone
from railtrack.maps.values import Dwell, Look, Stretch, TrainMark, VisitMark

__all__ = [
    "ASSETS_CSS",
    "ASSETS_JS",
    "CorridorMap",
    "Dwell",
    "Look",
    "Stretch",
    "TrainMark",
    "VisitMark",
    "overview_map",
    "render_page",
    "render_standalone",
    "shipment_map",
    "station_map",
]
