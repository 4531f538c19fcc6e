"""The web application, put together from its parts. Nothing here knows of rail freight.

A page of its own module registers its blueprint in `_pages`. Every view asks for an account unless marked `public`.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from flask import Blueprint, Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from railtrack import resources
from railtrack.config import Settings
from railtrack.operations.administering.accounts import remembered_secret
from railtrack.store.engine import Store
from railtrack.web import about, api, errors, filters, headers, health, helping, i18n, limits, shell, simulated, touring
from railtrack.web.administering import (
    accounts,
    audit,
    organisations,
    outbox,
    places,
    removing,
    resetting,
    sampling,
    tokens,
)
from railtrack.web.current import system_clock
from railtrack.web.entering import change_form, event_form, imports, labels, offline, shipment_form
from railtrack.web.figures import statistics
from railtrack.web.following import containers, shipment_page, trains
from railtrack.web.mapping import corridors, maps, overview, stations
from railtrack.web.notices import pages as notices
from railtrack.web.sharing import links as sharing
from railtrack.web.sharing import opened
from railtrack.web.signing_in import own, second_step, wiring

STATIC = Path(__file__).parent / "static"


def create_app(
    settings: Settings,
    store: Store | None = None,
    *,
    clock: Callable[[], datetime] = system_clock,
    translations: Path = i18n.TRANSLATIONS,
) -> Flask:
    """Make the application over a migrated store (by default the one the settings name).

    `clock` gives the present, aware and UTC. Tests hand over a store, a clock and, for languages, a folder of
    catalogues.
    """
    app = Flask("railtrack", template_folder=str(resources.folder("templates")), static_folder=str(STATIC))
    store = store or Store(settings.database_url)
    app.extensions["railtrack"] = {"store": store, "settings": settings, "clock": clock}
    app.config.update(
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,  # a pasted sheet of containers
        MAX_FORM_PARTS=100_000,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, hops, hops, hops, hops)  # type: ignore[method-assign] # as Flask says
    secret_key = settings.secret_key or remembered_secret(store, "secret_key", now=clock())
    i18n.register(app, translations)
    wiring.register(app, settings, secret_key)
    filters.register(app)
    shell.register(app)
    simulated.register(app)
    helping.register(app)
    touring.register(app)
    errors.register(app)
    limits.register(app)
    headers.register(app)
    for blueprint in _pages():
        app.register_blueprint(blueprint)
    api.register(app)
    return app


def _pages() -> Iterator[Blueprint]:
    """Every blueprint, one per noun."""
    yield accounts.blueprint
    yield resetting.blueprint
    yield outbox.blueprint
    yield audit.blueprint
    yield organisations.blueprint
    yield tokens.blueprint
    yield own.blueprint
    yield second_step.blueprint
    yield health.blueprint
    yield shipment_form.blueprint
    yield change_form.blueprint
    yield event_form.blueprint
    yield imports.blueprint
    yield offline.blueprint
    yield labels.blueprint
    yield places.blueprint
    yield removing.blueprint
    yield sampling.blueprint
    yield shipment_page.blueprint
    yield trains.blueprint
    yield containers.blueprint
    yield overview.blueprint
    yield notices.blueprint
    yield maps.blueprint
    yield stations.blueprint
    yield corridors.blueprint
    yield statistics.blueprint
    yield sharing.blueprint
    yield opened.blueprint
    yield about.blueprint
    yield touring.blueprint
