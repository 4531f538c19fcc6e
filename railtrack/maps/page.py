"""The map as a page of its own: Folium's tree, our Leaflet and nothing else, every script under a nonce.

The only module that imports Folium. `CorridorMap` writes what `folium.Map` writes, but for its assets (ours alone:
no jQuery, no Bootstrap, no icon fonts) and its page (language, title, legend, no inline style).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from markupsafe import Markup, escape

from railtrack.maps.features import script_json
from railtrack.maps.values import Look, TrainMark

ASSETS_CSS = ("vendor/leaflet/leaflet.css", "style.css", "map.css")
ASSETS_JS = ("vendor/leaflet/leaflet.js", "map.js")
STATIC = Path(__file__).resolve().parent.parent / "web" / "static"
CREDIT = (
    '<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener">© OpenStreetMap contributors</a>'
    " (ODbL) · Natural Earth"
)

PAGE = (
    '<!doctype html>\n<html lang="{language}"{theme}>\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n{assets}\n</head>\n'
    '<body class="map-body">\n{html}\n<script{nonce}>\n{script}\n</script>\n</body>\n</html>\n'
)

AssetUrl = Callable[[str], str]


class Verbatim(Element):
    """Text that goes into the page as it is.

    Branca compiles what a macro wrote as a template once more, so that `{{ … }}` in a name would be run. Whatever may
    hold text from users therefore passes by its templates.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        return self.text


class Sheet(Figure):
    """Branca's page, with language, title and a nonce on the script it writes."""

    def __init__(self, look: Look) -> None:
        super().__init__(title=look.title)
        self.look = look
        self.assets = Markup("")
        self.nonce = Markup("")

    def render(self, **kwargs: Any) -> str:
        for child in self._children.values():
            child.render(**kwargs)
        language = {"zh": "zh-Hans"}.get(self.look.language, self.look.language)
        theme = Markup(' data-theme="{}"').format(self.look.theme) if self.look.theme else ""
        return PAGE.format(
            language=escape(language), theme=theme, title=escape(self.look.title), assets=self.assets,
            html=self.html.render(**kwargs), nonce=self.nonce, script=self.script.render(**kwargs),
        )  # fmt: skip


class CorridorMap(folium.Map):
    """A Folium map that asks no other server for anything.

    `bounds` are ((south, west), (north, east)) to start with; narrow screens start at the trains, if there are any.
    `closest` is the zoom not gone beyond at the start; `note` stands in the map.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - Folium's own shape; assets come with the page
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self,
        look: Look,
        bounds: Sequence[Any],
        trains: Sequence[TrainMark] = (),
        *,
        note: str = "",
        closest: int = 7,
    ) -> None:
        super().__init__(location=(50.0, 60.0), tiles=None, zoom_start=4)
        self.look = look
        self.before, self.after = Markup(""), Markup("")
        self.sheet = Sheet(look)
        self.sheet.add_child(self)
        self.settings = {
            "bounds": bounds,
            "near": bounds_of((t.lat, t.lon) for t in trains) if len(trains) > 1 else None,
            "trains": len(trains),
            "tiles": bool(look.tile_url),
            "closest": closest,
            "note": note,
            "credit": CREDIT,
            "words": _words(look),
        }
        _ = look.translate
        if look.tile_url:
            folium.TileLayer(
                look.tile_url, attr=_label(look.tile_attribution) or " ", name=_label(_("Tiles")), overlay=True
            ).add_to(self)

    def draw(self, data: str, name: str = "", *, control: bool = False, still: bool = False) -> None:
        """Add one layer: GeoJSON as text, safe in a script; `still` ones take no pointer.

        `name` is what the layers control calls it.
        """
        Drawn(self, data, name, control=control, still=still).add_to(self)

    def switch(self, name: str, index: int, shown: bool) -> None:
        """Add an entry of the layers control that shows and hides the legs of one corridor."""
        Switch(self, name, index, shown).add_to(self)

    def finish(self) -> None:
        """Close the tree: the layers control must come last."""
        folium.LayerControl(collapsed=True).add_to(self)
        _Call(self, f"railtrack.start({self.get_name()});").add_to(self)

    def render(self, **kwargs: Any) -> str:
        name = self.get_name()
        frame = Markup('{}<div class="rt-map" id="{}" role="region" aria-label="{}"></div>{}').format(
            self.before, name, self.look.title, self.after
        )
        self.sheet.html.add_child(Verbatim(frame), name=name)
        self.sheet.script.add_child(
            Verbatim(f"var {name} = railtrack.map({script_json(name)}, {script_json(self.settings)});"), name=name
        )
        for child in list(self._children.values()):
            child.render(**kwargs)
        return ""


class Drawn(folium.GeoJson):
    """A GeoJSON layer whose data is text already; how it looks is up to map.js and map.css."""

    def __init__(self, drawn: CorridorMap, data: str, name: str, *, control: bool, still: bool) -> None:
        super().__init__({"type": "FeatureCollection", "features": []}, name=_label(name) or None, control=control)
        self.drawn = drawn
        self.text = data
        self.still = still

    def render(self, **kwargs: Any) -> str:
        name = self.get_name()
        line = f"var {name} = railtrack.layer({self.text}, {script_json(self.still)}).addTo({self.drawn.get_name()});"
        self.drawn.sheet.script.add_child(Verbatim(line), name=name)
        return ""


class Switch(folium.FeatureGroup):
    """An empty group: switching it on and off tells map.js which corridors to show."""

    def __init__(self, drawn: CorridorMap, name: str, index: int, shown: bool) -> None:
        super().__init__(name=_label(name), show=shown)
        self.drawn = drawn
        self.index = index

    def render(self, **kwargs: Any) -> str:
        name = self.get_name()
        line = f"var {name} = railtrack.corridor({self.drawn.get_name()}, {self.index}, {script_json(self.show)});"
        self.drawn.sheet.script.add_child(Verbatim(line), name=name)
        return ""


class _Call(Element):
    """A line of script."""

    def __init__(self, drawn: CorridorMap, line: str) -> None:
        super().__init__()
        self._name = "call"
        self.drawn = drawn
        self.line = line

    def render(self, **kwargs: Any) -> str:
        self.drawn.sheet.script.add_child(Verbatim(self.line), name=self.get_name())
        return ""


def _label(text: str) -> str:
    """A name for the layers control, which Leaflet puts in by innerHTML and Branca takes for a template."""
    return str(escape(text)).replace("{", "&#123;")


def bounds_of(points: Iterable[tuple[float, float]]) -> list[list[float]]:
    """The corners ((south, west), (north, east)) of some points; raises `ValueError` where there is none."""
    lats, lons = zip(*points, strict=True)
    return [[min(lats), min(lons)], [max(lats), max(lons)]]


def _words(look: Look) -> Mapping[str, str]:
    _ = look.translate
    return {
        "zoomIn": _("Zoom in"),
        "zoomOut": _("Zoom out"),
        "full": _("Full screen"),
        "leave": _("Leave full screen"),
        "layers": _("Layers"),
        "close": _("Close"),
    }


def render_page(drawn: CorridorMap, nonce: str, asset_url: AssetUrl) -> str:
    """The map as a page for a sandboxed frame: our assets by address, scripts under `nonce`.

    `asset_url` gives the address of a file under static/, such as "map.js".
    """
    mark = Markup(' nonce="{}"').format(nonce)
    css = (Markup('<link rel="stylesheet" href="{}"{}>').format(asset_url(name), mark) for name in ASSETS_CSS)
    js = (Markup('<script src="{}"{}></script>').format(asset_url(name), mark) for name in ASSETS_JS)
    return _render(drawn, Markup("\n").join([*css, *js]), mark)


def render_standalone(drawn: CorridorMap, static: Path = STATIC) -> str:
    """The map as one file with everything inside, which opens without a network.

    Raises `FileNotFoundError` naming the asset that is not installed.
    """
    css = (f"<style>\n{_css(static / name)}\n</style>" for name in ASSETS_CSS)
    js = (f"<script>\n{_js(static / name)}\n</script>" for name in ASSETS_JS)
    return _render(drawn, Markup("\n".join([*css, *js])), Markup(""))  # noqa: S704 - our own files


def _render(drawn: CorridorMap, assets: Markup, nonce: Markup) -> str:
    drawn.sheet.assets, drawn.sheet.nonce = assets, nonce
    drawn.sheet.script._children.clear()
    drawn.sheet.html._children.clear()
    return str(drawn.sheet.render())


@lru_cache(maxsize=16)
def _css(path: Path) -> str:
    """Leaflet's stylesheet names pictures we do not use; a file of its own has none beside it."""
    return re.sub(r"url\((?!['\"]?data:)[^)]*\)", "none", path.read_text("utf-8")).replace("</", "<\\/")


@lru_cache(maxsize=16)
def _js(path: Path) -> str:
    text = path.read_text("utf-8").replace("</script", "<\\/script")
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)
