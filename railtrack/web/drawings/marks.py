"""The signs of the drawings: numbered trains, stations, terminals, gauge changes. All text is escaped here."""

from markupsafe import Markup

from railtrack.domain.records import Lateness

# lateness never by colour alone: circle, diamond, square, triangle
SHAPES = {
    Lateness.ON_PLAN: '<circle r="11"/>',
    Lateness.ARRIVED: '<circle r="11"/>',
    Lateness.PLANNED: '<circle r="10"/>',
    Lateness.LATE: '<path d="M0-14.5 14.5 0 0 14.5-14.5 0z"/>',
    Lateness.HELD: '<path d="M-10.5-10.5h21v21h-21z"/>',
    Lateness.SILENT: '<path d="M0-15 15 10.5h-30z"/>',
}
SMALL_SHAPES = {
    Lateness.ON_PLAN: '<circle r="7"/>',
    Lateness.ARRIVED: '<circle r="7"/>',
    Lateness.PLANNED: '<circle r="6"/>',
    Lateness.LATE: '<path d="M0-9 9 0 0 9-9 0z"/>',
    Lateness.HELD: '<path d="M-7.2-7.2h14.4v14.4h-14.4z"/>',
    Lateness.SILENT: '<path d="M0-8.8 8.6 6.8h-17.2z"/>',
}


def number(value: float) -> str:
    """A coordinate to a tenth of a unit."""
    return f"{value:.1f}".removesuffix(".0")


# the corner of hatching that every mark of simulated history carries
INVENTED = Markup(
    '<g class="m-inv"><path class="m-inv-box" d="M6-17h11v11h-11z"/>'
    '<path class="m-inv-in" d="M6-12l5-5M6-6.5l10.5-10.5M11.5-6l5.5-5.5"/></g>'
)


def svg(
    inner: Markup,
    width: float,
    height: float,
    css: str,
    *,
    title: str,
    desc: str = "",
    id: str = "",
    slice_: bool = False,
) -> Markup:
    """A drawing with its title and, where given, its description; `id` must be unique on the page."""
    if not desc:
        return Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
            css, number(width), number(height), title, inner
        )
    fit = Markup(' preserveAspectRatio="xMidYMid slice"') if slice_ else ""
    return Markup(
        '<svg class="{css}" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{id}-t {id}-d"{fit}>'
        '<title id="{id}-t">{title}</title><desc id="{id}-d">{desc}</desc>{inner}</svg>'
    ).format(css=css, w=number(width), h=number(height), id=id, fit=fit, title=title, desc=desc, inner=inner)


def path(css: str, data: str) -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(css, data) if data else Markup("")


def text(css: str, x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        css, number(x), number(y), anchor, words
    )


def train(
    lateness: Lateness, label: str, x: float, y: float, *, guessed: bool = False, invented: bool = False
) -> Markup:
    """A train's number in the shape of its state; dashed where the place is estimated, hatched at its corner where
    a program invented it.
    """
    return Markup(
        '<g class="m-t m-{}{}" transform="translate({} {})"><g class="m-s">{}'
        '<text class="m-no" y="{}" text-anchor="middle">{}</text>{}</g></g>'
    ).format(
        lateness.value, " m-guess" if guessed else "", number(x), number(y),
        Markup(SHAPES[lateness]),  # noqa: S704 - our own drawings
        "7.5" if lateness is Lateness.SILENT else "4.8", label, INVENTED if invented else "",
    )  # fmt: skip


def station(x: float, y: float, *, alt: bool = False, radius: float = 3.2) -> Markup:
    return Markup('<circle class="m-st{}" cx="{}" cy="{}" r="{}"/>').format(
        " m-alt" if alt else "", number(x), number(y), radius
    )


def terminal(x: float, y: float, radius: float = 8) -> Markup:
    return Markup(
        '<g class="m-end" transform="translate({} {})"><g class="m-s"><circle r="{}"/>'
        '<circle class="m-end-in" r="{}"/></g></g>'
    ).format(number(x), number(y), number(radius), number(radius * 0.44))


def gauge_change(x: float, y: float, *, west_is_1435: bool = True, alt: bool = False, scale: float = 1.0) -> Markup:
    """The half-filled square; the filled half is the side of 1,435 mm."""
    return Markup(
        '<g class="m-gc{}" transform="translate({} {}){}"><g class="m-s"><path d="M-7-7h14v14h-14z"/>'
        '<path class="m-gc-half" d="M{}-7h7v14h-7z"/></g></g>'
    ).format(
        " m-alt" if alt else "", number(x), number(y), "" if scale == 1 else f" scale({scale})",
        "-7" if west_is_1435 else "0",
    )  # fmt: skip
