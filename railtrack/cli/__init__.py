"""The command line: what others script against (contract §2). Thin: each command calls one operation and prints.

    railtrack --help

A command's module is loaded when the command is called, so that `init` need not wait for the map's libraries.
"""

from importlib import import_module

import click

from railtrack import __version__
from railtrack.cli.session import Commands, Session

__all__ = ["main"]

COMMANDS = {
    "alerts": ("alerts", "alerts"),
    "audit": ("audit", "audit"),
    "check": ("upkeep", "check"),
    "corridors": ("figures", "corridors"),
    "demo": ("upkeep", "demo"),
    "export": ("files", "export_"),
    "geometry": ("drawing", "geometry"),
    "import": ("files", "import_"),
    "init": ("upkeep", "init"),
    "labels": ("drawing", "labels"),
    "map": ("drawing", "map_"),
    "organisation": ("accounts", "organisation"),
    "route": ("figures", "route"),
    "serve": ("upkeep", "serve"),
    "setup-link": ("upkeep", "setup_link"),
    "share": ("sharing", "share"),
    "stats": ("figures", "stats"),
    "token": ("token", "token"),
    "user": ("accounts", "user"),
    "work": ("working", "work"),
}


class Main(Commands):
    """The commands by name, each loaded when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command = getattr(import_module(f"railtrack.cli.{module}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 - the table above says so
        return command


@click.group(cls=Main, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="railtrack %(version)s")
@click.option("--as", "email", metavar="EMAIL", help="Act as this user, with this user's rights.")
@click.pass_context
def main(context: click.Context, email: str | None) -> None:
    """Record cargo trains between Chongqing and Mannheim, compute their transit times, draw their way.

    Exit status: 0 done, 1 refused or failed (one line on stderr says why), 2 wrong usage. Settings are environment
    variables RAILTRACK_…; README lists them. Whoever runs this acts as administrator unless --as is given.
    """
    session = context.ensure_object(Session)
    session.email = email or session.email
    context.call_on_close(session.close)
