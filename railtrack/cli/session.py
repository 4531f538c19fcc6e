"""What every command stands on: the database, who acts, and the one place where errors become exit statuses."""

import getpass
import json
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

import click

from railtrack.analytics.filters import WrongUsage
from railtrack.config import Settings
from railtrack.domain.actors import Actor, Role
from railtrack.domain.errors import Ambiguous, NotAllowed, Problem, RailtrackError, Refused, Unavailable
from railtrack.domain.messages import say
from railtrack.operations.administering.accounts import find_user
from railtrack.store.engine import Store

REFUSED = 1  # refused or failed; click itself exits with 2 for wrong usage
F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Session:
    """One call of the command line. `email` is whom to act as; None: whoever can run this, as administrator.

    `organisation` is the one to act for, of whoever belongs to several.
    """

    email: str | None = None
    organisation: str | None = None

    @cached_property
    def now(self) -> datetime:
        return datetime.now(UTC).replace(microsecond=0)

    @cached_property
    def settings(self) -> Settings:
        return Settings.from_env(os.environ)

    @cached_property
    def any_store(self) -> Store:
        """The database, whether it is set up or not."""
        return Store(self.settings.database_url)

    @cached_property
    def store(self) -> Store:
        """The database, set up for this release; raises Unavailable where it is not."""
        path = self.any_store.path
        # looking at a database that is not there would leave an empty file
        missing = path is not None and not path.exists()
        if missing or not self.any_store.is_current():
            address = self.any_store.address
            raise Unavailable(say("The database %(address)s is not set up; run: railtrack init", address=address))
        return self.any_store

    @cached_property
    def actor(self) -> Actor:
        """Who acts; raises NotFound for an unknown account, NotAllowed for one that was ended."""
        if self.email is None:
            if self.organisation is not None:
                raise click.UsageError("--for needs --as: it says for which of their organisations somebody acts.")
            return Actor(name=f"cli:{_user()}", role=Role.ADMINISTRATOR, origin="cli")
        person = find_user(self.store, self.email)
        if not person.is_active:
            raise NotAllowed(say("The account of %(email)s was ended.", email=person.email))
        if self.organisation is not None:
            return person.actor("cli", person.member_of(self.organisation))
        if len(person.organisations) > 1:
            names = ", ".join(each.name for each in person.organisations)
            raise Ambiguous(
                say(
                    "%(email)s acts for several organisations: %(names)s. Say --for one.",
                    email=person.email,
                    names=names,
                )
            )
        return person.actor("cli")

    def close(self) -> None:
        if "any_store" in self.__dict__:
            self.any_store.close()


pass_session = click.make_pass_decorator(Session, ensure=True)


class Command(click.Command):
    """A command whose errors end it with one readable line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WrongUsage as error:
            raise click.UsageError(_line(str(error)), ctx) from error
        except RailtrackError as error:
            problems = error.problems if isinstance(error, Refused) else ()
            self._fail(ctx, str(error), problems)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            named = f"{error.filename}: " if error.filename else ""
            self._fail(ctx, f"{named}{error.strerror or error}")
        except Exception as error:
            if os.environ.get("RAILTRACK_LOG_LEVEL", "").lower() == "debug":
                traceback.print_exc()
            self._fail(ctx, f"failed in a way nobody thought of ({type(error).__name__}: {error})")

    def _fail(self, ctx: click.Context, message: str, problems: tuple[Problem, ...] = ()) -> None:
        """Say on stderr what is wrong; also as JSON on stdout where JSON was asked for. Exit status 1."""
        if ctx.params.get("form") == "json":
            document = {"error": message, "problems": [problem_json(problem) for problem in problems]}
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        click.echo(f"railtrack: {_line(message)}{more}", err=True)
        ctx.exit(REFUSED)


class Commands(click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type


def acting(command: F) -> F:
    """Let a command be told after its name, too, whom to act as."""

    def remember(context: click.Context, _parameter: click.Parameter, email: str | None) -> None:
        if email:
            context.ensure_object(Session).email = email

    def remember_organisation(context: click.Context, _parameter: click.Parameter, name: str | None) -> None:
        if name:
            context.ensure_object(Session).organisation = name

    command = click.option(
        "--for", "for_organisation", metavar="ORGANISATION", expose_value=False, callback=remember_organisation,
        help="With --as: act for this one of the user's organisations.",
    )(command)  # fmt: skip
    return click.option(
        "--as", "as_email", metavar="EMAIL", expose_value=False, callback=remember,
        help="Act as this user, with this user's rights.",
    )(command)  # fmt: skip


def problem_json(problem: Problem) -> dict[str, object]:
    """A problem as contract §2 gives it."""
    return {
        "line": problem.line,
        "column": problem.column,
        "value": problem.value,
        "message": str(problem.sentence),
        "severity": problem.severity.value,
    }


def _line(text: str) -> str:
    return " ".join(text.split())


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run without a name for its user
        return "unknown"
