"""The command line: what others script against (contract §2). Thin: each command calls one operation and prints.

railtrack --help
"""

import click

from railtrack import __version__
from railtrack.cli import accounts, figures, files, upkeep
from railtrack.cli.session import Commands, Session

__all__ = ["main"]


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


for module in (upkeep, files, figures, accounts):
    for command in module.COMMANDS:
        main.add_command(command)
