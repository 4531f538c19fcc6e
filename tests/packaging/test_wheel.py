"""The wheel, installed outside the checkout, prepares a database and answers with pages: nothing was left behind.

Built and installed once for all tests here. Packages come through pip's cache, the front-end assets are those the
checkout has (`python -m railtrack.web.assets` gets them).
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "railtrack" / "web" / "static" / "vendor"
NOT_BUILT_FROM = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "node_modules", "tests")
PATIENCE_S = 60.0

pytestmark = pytest.mark.xdist_group("wheel")  # built once, by whichever worker takes it


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of the checkout: a `build/` left over there would carry what is long deleted."""
    if not VENDOR.is_dir():
        missing = "the front-end assets are not installed: make setup"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT, folder / "source", ignore=NOT_BUILT_FROM)
    pip(sys.executable, "wheel", "--no-deps", "--wheel-dir", str(folder), str(folder / "source"))
    (found,) = folder.glob("railtrack-*.whl")
    return found


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the checkout with a clean venv that holds the wheel, with the pinned versions."""
    folder = tmp_path_factory.mktemp("home")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    python = str(folder / "venv" / "bin" / "python")
    pip(python, "install", "--constraint", str(ROOT / "constraints.txt"), "--no-compile", str(wheel))
    return folder


def pip(python: str, *arguments: str) -> None:
    answer = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def environment(home: Path) -> dict[str, str]:
    """The variables of a user who has nothing but the wheel and a scratch database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAILTRACK_", "PYTHON", "COV"))}
    return kept | {"RAILTRACK_DATABASE_URL": f"sqlite:///{home / 'railtrack.sqlite'}"}


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """Where a server of the installed program answers, on a database it prepared with `init`."""
    command = str(home / "venv" / "bin" / "railtrack")
    made = subprocess.run(
        [command, "init"], cwd=home, env=environment(home), capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [command, "serve", "--port", str(port)], cwd=home, env=environment(home), stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + PATIENCE_S
        while server.poll() is None and time.monotonic() < until and ask(f"http://127.0.0.1:{port}/healthz")[0] != 200:
            time.sleep(0.1)
        assert server.poll() is None, (home / "server.log").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def ask(address: str) -> tuple[int, str]:
    """Status and text; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - an address of our own
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_the_wheel_carries_templates_data_assets_and_migrations(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    there = {
        "railtrack/templates": ROOT / "templates",
        "railtrack/data": ROOT / "data",
        "railtrack/web/static/vendor": VENDOR,
        "railtrack/store/migrations/versions": ROOT / "railtrack" / "store" / "migrations" / "versions",
    }
    missing = {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in there.items()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")
    } - names
    assert not missing
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]


def test_the_installed_program_is_the_one_of_the_wheel(home: Path) -> None:
    python = home / "venv" / "bin" / "python"
    asked = subprocess.run(
        [str(python), "-c", "import railtrack; print(railtrack.__file__)"],
        cwd=home, env=environment(home), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(asked.stdout.strip()).is_relative_to(home / "venv")


def test_its_first_page_answers(address: str) -> None:
    status, page = ask(f"{address}/")
    assert status == 200
    assert "railtrack" in page


def test_its_pages_find_their_templates(address: str) -> None:
    status, page = ask(f"{address}/sign-in")
    assert status == 200
    assert 'name="csrf_token"' in page


def test_every_file_its_page_asks_for_is_served(address: str) -> None:
    _, page = ask(f"{address}/sign-in")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any("vendor/htmx" in file for file in files)
    assert any(file.startswith("/static/style.css") for file in files)
    assert {file: ask(address + file)[0] for file in files} == dict.fromkeys(files, 200)
