"""The legend below a map, and its text alternative: what the lines and shapes mean, and the trains as a table."""

from collections.abc import Sequence

from markupsafe import Markup

from railtrack.domain.records import Lateness
from railtrack.maps.values import Look, TrainMark

SHAPES = {
    Lateness.ON_PLAN: '<circle r="7"/>',
    Lateness.LATE: '<path d="M0-8.6 8.6 0 0 8.6-8.6 0z"/>',
    Lateness.HELD: '<path d="M-7-7H7V7H-7z"/>',
    Lateness.SILENT: '<path d="M0-8 8.4 7h-16.8z"/>',
    Lateness.PLANNED: '<circle r="5.8" fill="none" stroke-width="2.4"/>',
    Lateness.ARRIVED: '<path fill="none" stroke-width="3" d="M-7 .5l4.6 5L7-6"/>',
}
UNDER_WAY = (Lateness.ON_PLAN, Lateness.LATE, Lateness.HELD, Lateness.SILENT)
INVENTED = Markup(
    '<svg width="13" height="13" viewBox="5 -18 13 13" aria-hidden="true">'
    '<path class="m-inv-box" d="M6-17h11v11h-11z"/>'
    '<path class="m-inv-in" d="M6-12l5-5M6-6.5l10.5-10.5M11.5-6l5.5-5.5"/></svg>'
)
LINE = '<svg width="34" height="10" aria-hidden="true">{}</svg>'
GAUGE_CHANGE = (
    '<svg width="14" height="14" viewBox="-8 -8 16 16" class="m-gc" aria-hidden="true">'
    '<path d="M-7-7h14v14h-14z"/><path class="m-gc-half" d="M-7-7h7v14h-7z"/></svg>'
)


def words(look: Look) -> dict[Lateness, str]:
    """What each state is called."""
    _ = look.translate
    return {
        Lateness.ON_PLAN: _("On plan"),
        Lateness.LATE: _("Late"),
        Lateness.HELD: _("Overdue"),
        Lateness.SILENT: _("No news"),
        Lateness.PLANNED: _("Planned"),
        Lateness.ARRIVED: _("Arrived"),
    }


def legend(
    look: Look,
    *,
    trains: Sequence[TrainMark],
    sea: bool = False,
    estimated: bool = False,
    ahead: bool = False,
    changes: bool = True,
    states: Sequence[Lateness] = UNDER_WAY,
) -> Markup:
    """Two lists, lines and trains; the samples are drawn with the classes of the map itself."""
    _ = look.translate
    lines = [
        (LINE.format('<path class="m-1435" d="M0 5h34"/>'), _("1,435 mm gauge")),
        (LINE.format('<path class="m-1520" d="M0 5h34"/><path class="m-1520-gap" d="M0 5h34"/>'), _("1,520 mm gauge")),
    ]
    if changes:
        lines.append((GAUGE_CHANGE, _("Gauge change")))
    lines.append((LINE.format('<path class="m-bord m-bord-on" d="M0 5h34"/>'), _("Border crossed")))
    if sea:
        lines.append((LINE.format('<path class="m-leg-sea" d="M2 5h32"/>'), _("By ship")))
    if estimated:
        lines.append((LINE.format('<path class="m-1435 m-est" d="M0 5h34"/>'), _("Line estimated")))
    if ahead:
        lines.append((LINE.format('<path class="m-rest" d="M0 5h34"/>'), _("Still ahead")))
    items = Markup("").join(
        Markup("<li>{}{}</li>").format(Markup(sample), word)  # noqa: S704 - our own drawings
        for sample, word in lines
    )
    found = Markup('<ul class="legend" aria-label="{}">{}</ul>').format(_("Lines"), items)
    if trains:
        shapes = Markup("").join(
            Markup('<li><span class="st st-{}">{}{}</span></li>').format(state.value, icon(state), words(look)[state])
            for state in states
        )
        if any(t.simulated for t in trains):
            shapes += Markup("<li>{}{}</li>").format(INVENTED, _("Simulated"))
        found += Markup('<ul class="legend" aria-label="{}">{}</ul>').format(_("Trains"), shapes)
    if len(trains) > 1:
        said = _("Trains at one place stand in a ring around it; their popups and the table name the place.")
        found += Markup('<p class="map-note">{}</p>').format(said)
    return Markup('<div class="legends map-legends">{}</div>').format(found)


def icon(state: Lateness) -> Markup:
    return Markup('<svg class="ic" viewBox="-8 -8 16 16" aria-hidden="true">{}</svg>').format(
        Markup(SHAPES[state])  # noqa: S704 - our own drawings
    )


def table(look: Look, trains: Sequence[TrainMark]) -> Markup:
    """The trains in words, in the order of their numbers."""
    _ = look.translate
    if not trains:
        return Markup("")
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(word)
        for word in (_("No."), _("Shipment"), _("Where it is"), _("Against plan"))
    )
    mark = Markup(' <span class="tag tag-sim">{}</span>').format(_("Simulated"))
    rows = Markup("").join(
        Markup(
            '<tr><td>{}</td><th scope="row">{}{}</th><td>{}</td><td><span class="st st-{}">{}{}</span></td></tr>'
        ).format(
            t.number, t.reference, mark if t.simulated else "", t.where, t.lateness.value, icon(t.lateness), t.state
        )
        for t in sorted(trains, key=lambda t: t.number)
    )
    return Markup('<div class="map-table"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>').format(
        head, rows
    )
