"""Drawing the lines of all legs anew from the rail network, for those who keep the reference data."""

from collections.abc import Sequence
from importlib.util import find_spec

from railtrack import resources
from railtrack.domain.errors import Unavailable
from railtrack.domain.messages import say
from railtrack.network import Measured, NoNetwork, NoRailWay, rebuild_geometry

# in the folder of railtrack, where `make` put .venv
INSTALL = ".venv/bin/pip install -c constraints.txt '.[network]'"


def can_route() -> bool:
    """Whether a new leg can be routed over the rails; without the network it is estimated."""
    return find_spec("scgraph_data") is not None


def rebuild(*, lengths: bool = False) -> Sequence[Measured]:
    """Rewrite the geometry in `data/`, and with `lengths` the lengths of legs measured on the network.

    Raises Unavailable where the rail network is not installed or no longer carries a leg. `railtrack init` then takes
    the files over into the database.
    """
    try:
        return rebuild_geometry(resources.folder("data"), lengths=lengths)
    except NoNetwork as error:
        raise Unavailable(
            say("The rail network is not installed; install it with: %(command)s", command=INSTALL)
        ) from error
    except NoRailWay as error:
        raise Unavailable(say("The rail network does not carry a leg: %(why)s", why=str(error))) from error
