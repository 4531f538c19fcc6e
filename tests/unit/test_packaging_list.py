"""setup.cfg lists packages by hand: one forgotten there would be missing from the wheel without a word."""

import re
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def listed(section: str, name: str) -> list[str]:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser[section][name].split()


def test_every_folder_with_code_is_listed_and_every_listed_one_is_there() -> None:
    code = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "railtrack").rglob("__init__.py")
        if "node_modules" not in path.parts
    }
    assert set(listed("options", "packages")) == code | {"railtrack.data", "railtrack.templates"}


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "railtrack").rglob("*.py") if "node_modules" not in path.parts}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").is_file()]


@pytest.mark.parametrize(
    ("package", "folder"),
    [("railtrack.templates", "templates"), ("railtrack.data", "data"), ("railtrack.web", "railtrack/web")],
)
def test_every_file_that_is_no_code_is_carried(package: str, folder: str) -> None:
    patterns = listed("options.package_data", package)
    top = ROOT / folder
    carried = {path for pattern in patterns for path in top.glob(pattern) if path.is_file()}
    there = {
        path
        for path in top.rglob("*")
        if path.is_file()
        and path.suffix not in (".py", ".pyc", ".json" if folder == "railtrack/web" else ".pyc")
        and not path.name.startswith(".")
        and "node_modules" not in path.parts
    }
    assert there <= carried


def test_the_list_is_sorted_and_says_nothing_twice() -> None:
    packages = listed("options", "packages")
    assert packages == sorted(set(packages))


def test_every_test_folder_is_a_package_so_that_two_may_share_a_files_name() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("test_*.py")}
    assert not [str(each) for each in folders if not (each / "__init__.py").is_file()]


def test_constraints_pin_every_requirement_to_one_version() -> None:
    pinned = {
        normal(line.partition("==")[0])
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if re.fullmatch(r"[\w.-]+==[\w.+!-]+", line)
    }
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = [parser["options"]["install_requires"], *parser["options.extras_require"].values()]
    wanted = {
        normal(re.split(r"[\[<>=;\s]", line.strip())[0])
        for text in texts
        for line in text.splitlines()
        if line.strip() and not line.strip().startswith("#") and "Windows" not in line.partition("==")[2]
    }
    assert wanted - pinned <= {"waitress"}  # for Windows only


def test_no_file_for_installing_names_a_host() -> None:
    for name in (
        "setup.cfg",
        "pyproject.toml",
        "constraints.txt",
        "Makefile",
        ".ci/run",
        "railtrack/web/static/package-lock.json",
        "railtrack/web/static/.npmrc",
    ):
        hosts = re.findall(r"https?://(?!127\.0\.0\.1)[^\s\"']+", (ROOT / name).read_text(encoding="utf-8"))
        assert not hosts, name
        assert '"resolved"' not in (ROOT / name).read_text(encoding="utf-8"), name


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
