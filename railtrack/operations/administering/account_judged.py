"""What is typed of an account, judged: address, name, password, organisation."""

import re

from railtrack.domain.actors import Role
from railtrack.domain.errors import Problem, Refused
from railtrack.domain.messages import say
from railtrack.domain.rights import acts_for_an_organisation
from railtrack.operations.administering.passwords import problems_of_password

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.?[^@\s]*")
_WITHOUT_ORGANISATION = {Role.PARTNER: say("A partner belongs to an organisation.")}


def address_problems(email: str) -> list[Problem]:
    """What is wrong with an address somebody typed."""
    if _ADDRESS.fullmatch(email.strip()) and len(email.strip()) <= 255:
        return []
    return [
        Problem(
            message=say("This is no e-mail address."),
            remedy=say("Write it as name@example.org."),
            column="email",
            value=email,
        )
    ]


def judge_account(
    *,
    email: str | None = None,
    name: str | None = None,
    password: str | None = None,
    role: Role | None = None,
    organisation: str = "",
) -> None:
    """Raise Refused with all that is wrong with what was typed of an account; what is None was not typed."""
    problems = [] if email is None else address_problems(email)
    if name is not None and len(name) > 200:
        problems.append(
            Problem(message=say("The name is longer than 200 characters."), remedy=say("Shorten it."), column="name")
        )
    if password is not None:
        problems += problems_of_password(password)
    if role is not None and acts_for_an_organisation(role) and not organisation.strip():
        problems.append(
            Problem(
                message=_WITHOUT_ORGANISATION.get(role, say("Who has this role acts for an organisation.")),
                remedy=say("Name the forwarder, terminal or railway."),
                column="organisation",
            )
        )
    if len(organisation) > 200:
        problems.append(
            Problem(
                message=say("The organisation's name is longer than 200 characters."),
                remedy=say("Shorten it."),
                column="organisation",
            )
        )
    if problems:
        raise Refused(problems)
