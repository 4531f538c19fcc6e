"""The wheel, installed outside the checkout, prepares a database and answers with pages: nothing was left behind.

One test, so that it is built and installed once however tests are spread over processes. Packages come through pip's
cache, the front-end assets are those the checkout has (`python -m railtrack.web.assets` gets them).
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
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "railtrack" / "web" / "static" / "vendor"
NOT_BUILT_FROM = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "node_modules", "tests")
PATIENCE_S = 60.0


@pytest.fixture
def assets() -> Path:
    """The front-end assets of the checkout, which the wheel must carry."""
    if not VENDOR.is_dir():
        missing = "the front-end assets are not installed: make setup"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return VENDOR


def test_the_wheel_installed_outside_the_checkout_serves_its_pages(assets: Path, tmp_path: Path) -> None:
    wheel = built(tmp_path / "wheel")
    everything_is_in(wheel, assets)
    home = tmp_path / "home"
    install(wheel, home)
    run(home, "init")
    with serving(home) as address:
        status, page = ask(f"{address}/")
        assert status == 200
        assert "railtrack" in page
        status, page = ask(f"{address}/sign-in")
        assert status == 200
        assert 'name="csrf_token"' in page
        every_file_is_served(address, page)
        for language, words in (("de", "Passwort"), ("zh", "密码")):
            assert words in ask(f"{address}/sign-in?lang={language}")[1]


def built(folder: Path) -> Path:
    """The wheel, built from a copy of the checkout: a `build/` left over there would carry what is long deleted."""
    shutil.copytree(ROOT, folder / "source", ignore=NOT_BUILT_FROM)
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(folder / "source"))
    (found,) = folder.glob("railtrack-*.whl")
    return found


def everything_is_in(wheel: Path, assets: Path) -> None:
    """Templates, data, assets and migrations are carried; tests and what npm left are not."""
    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
    there = {
        "railtrack/templates": ROOT / "templates",
        "railtrack/data": ROOT / "data",
        "railtrack/web/static/vendor": assets,
        "railtrack/translations": ROOT / "railtrack" / "translations",
        "railtrack/store/migrations/versions": ROOT / "railtrack" / "store" / "migrations" / "versions",
    }
    missing = {
        f"{package}/{path.relative_to(folder).as_posix()}"
        for package, folder in there.items()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".po") and not path.name.startswith(".")
    } - names
    assert not missing
    assert not [name for name in names if "node_modules" in name or name.startswith("tests/")]


def install(wheel: Path, home: Path) -> None:
    """A clean venv in a folder outside the checkout that holds the wheel, with the pinned versions."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / "venv")], check=True)
    python = str(home / "venv" / "bin" / "python")
    pip("--python", python, "install", "--constraint", str(ROOT / "constraints.txt"), "--no-compile", str(wheel))
    asked = subprocess.run(
        [python, "-c", "import railtrack; print(railtrack.__file__)"],
        cwd=home, env=environment(home), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert Path(asked.stdout.strip()).is_relative_to(home / "venv")


def run(home: Path, *arguments: str) -> None:
    done = subprocess.run(
        [str(home / "venv" / "bin" / "railtrack"), *arguments],
        cwd=home, env=environment(home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The address of a server of the installed program."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(
            [str(home / "venv" / "bin" / "railtrack"), "serve", "--port", str(port)],
            cwd=home, env=environment(home), stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until = time.monotonic() + PATIENCE_S
        while server.poll() is None and time.monotonic() < until and ask(f"{address}/healthz")[0] != 200:
            time.sleep(0.1)
        assert server.poll() is None, (home / "server.log").read_text()
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def every_file_is_served(address: str, page: str) -> None:
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any("vendor/htmx" in file for file in files)
    assert any(file.startswith("/static/style.css") for file in files)
    assert {file: ask(address + file)[0] for file in files} == dict.fromkeys(files, 200)


def pip(*arguments: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def environment(home: Path) -> dict[str, str]:
    """The variables of a user who has nothing but the wheel and a scratch database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAILTRACK_", "PYTHON", "COV"))}
    return kept | {"RAILTRACK_DATABASE_URL": f"sqlite:///{home / 'railtrack.sqlite'}"}


def ask(address: str) -> tuple[int, str]:
    """Status and text; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - an address of our own
            return answer.status, answer.read().decode(errors="replace")  # a picture, too
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(errors="replace")
    except OSError:
        return 0, ""
