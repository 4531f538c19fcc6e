"""Drawing the lines of all legs anew from the rail network, for those who keep the reference data."""

from collections.abc import Sequence

from railtrack import resources
from railtrack.domain.errors import Unavailable
from railtrack.domain.messages import say
from railtrack.network import Measured, NoNetwork, NoRailWay, rebuild_geometry


def rebuild(*, lengths: bool = False) -> Sequence[Measured]:
    """Rewrite the geometry in `data/`, and with `lengths` the lengths of legs measured on the network.

    Raises Unavailable where the rail network is not installed or no longer carries a leg. `railtrack init` then takes
    the files over into the database.
    """
    try:
        return rebuild_geometry(resources.folder("data"), lengths=lengths)
    except NoNetwork as error:
        raise Unavailable(
            say("The rail network is not installed; install it with: pip install 'railtrack[network]'")
        ) from error
    except NoRailWay as error:
        raise Unavailable(say("The rail network does not carry a leg: %(why)s", why=str(error))) from error
