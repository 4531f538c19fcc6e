"""The production server: gunicorn, or waitress where there is no fork."""

import sys
from typing import Any

from flask import Flask

from railtrack.config import Settings
from railtrack.operations.figures import statistics
from railtrack.store.engine import Store
from railtrack.web.app import create_app


def run(settings: Settings, store: Store, host: str, port: int, workers: int, threads: int) -> None:
    """Serve until told to stop. Connections made so far are let go, so that no child shares them."""
    store.close()
    if sys.platform == "win32":
        from waitress import serve

        serve(_ready_app(settings, store), host=host, port=port, threads=threads)
        return
    _gunicorn(settings, store, f"{_bracketed(host)}:{port}", workers, threads)


def _gunicorn(settings: Settings, store: Store, bind: str, workers: int, threads: int) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # has no types

    class Server(BaseApplication):  # type: ignore[misc]  # see above
        def load_config(self) -> None:
            given = {
                "bind": bind,
                "workers": workers,
                "threads": threads,
                "worker_class": "gthread",
                "timeout": 120,  # an import of a full file takes a while
                "graceful_timeout": 10,
                "proc_name": "railtrack",
                "loglevel": "warning" if settings.log_level == "info" else settings.log_level,
                "control_socket_disable": True,
            }
            for name, value in given.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            return _ready_app(settings, store)  # in the worker, after the fork

    Server().run()


def _ready_app(settings: Settings, store: Store) -> Flask:
    app = create_app(settings, store)
    statistics.warm(store)
    return app


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, _bracketed(host))  # noqa: S104 - only compared
    return f"http://{shown}:{port}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
