"""Do the tests notice? Each comparison, sign, `and`/`or`, `not` and constant of a module is changed in turn, and the
tests must fail. What they let pass is printed as a survivor.

    python -m tests.mutation railtrack/domain/movement/journeys.py -- tests/unit/test_journeys.py

Without arguments the journey fold and the statistics are gone through, `make mutation` does that; it fails where a
survivor is not explained in `KNOWN`, and where an explanation has outlived its survivor. The SQL of the statistics lies
in string constants, which the libraries for this job (mutmut, cosmic-ray) do not read; so this is a few lines on the
standard library. The work tree is never touched: tests run in a copy.
"""

import ast
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb  # noqa: F401 - the libraries are there before a child is made
import hypothesis
import numpy as np  # noqa: F401
import psycopg  # noqa: F401
import pyarrow as pa  # noqa: F401
import pytest
import sqlalchemy as sa  # noqa: F401


@dataclass(frozen=True)
class Known:
    """A change that no test can notice; `text` is its line, and `why` is why."""

    module: str
    text: str
    change: str
    why: str


KNOWN = [
    Known(
        "railtrack/domain/movement/journeys.py",
        "if self.status is not Status.COMPLETED or self.departed is None or self.arrived is None:",
        "or -> and",
        "a completed journey has both ends; the guard tells the type checker",
    ),
    Known(
        "railtrack/domain/movement/journeys.py",
        "if self.status is not Status.IN_TRANSIT or self.departed is None or self.last is None:",
        "or -> and",
        "a journey in transit has departed, and so has a latest event; the guard tells the type checker",
    ),
    Known(
        "railtrack/domain/movement/journeys.py",
        "rank = 0 if o.event is EventKind.ARRIVED else 2 if o.event is EventKind.DEPARTED else 1",
        "2 -> (2 + 1)",
        "ranks are only compared, and 3 is greater than all others as well as 2",
    ),
    Known(
        "railtrack/analytics/engine.py",
        "return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]",
        "True -> False",
        "a row has as many values as the description has names",
    ),
    Known(
        "railtrack/analytics/engine.py",
        'return _prepared(":memory:"), False',
        "False -> True",
        "without a path there is no file to be taken for one's own (the other line like it is tested)",
    ),
    Known(
        "railtrack/analytics/engine.py",
        "return None if found is None or found[0] is None else (int(found[0]), str(found[1]))",
        "0 -> (0 + 1)",
        "change and lineage are written together, so both are empty or none is",
    ),
    Known(
        "railtrack/analytics/survival.py",
        "if surviving <= 0.5 + SLACK:",
        "<= -> <",
        "the slack of 1e-12 beside it is wider than the difference",
    ),
    Known(
        "railtrack/analytics/engine.py",
        "for attempt in range(2):",
        "2 -> (2 + 1)",
        "the second attempt always leaves the loop",
    ),
    Known(
        "railtrack/analytics/reliability.py",
        '"on_time_share": f"COUNT(*) FILTER (WHERE {on_time}) * 1.0E0 / NULLIF(COUNT(*), 0)",',
        " *  ->  / ",
        "by one it is the same; what matters is that it is a DOUBLE",
    ),
    Known(
        "railtrack/analytics/volume.py",
        "return [found.get(key) or dict(zip(keys, key, strict=True)) | _NOTHING "
        "for key in sorted(wanted, key=none_last)]",
        "True -> False",
        "a group's key is as long as the names of its columns",
    ),
]

ROOT = Path(__file__).resolve().parent.parent
# quick ones first, since the first failure ends a run
EXAMPLES = ["tests/analytics/test_worked_case.py", "tests/analytics/test_questions.py"]
PLAIN = "tests/analytics/test_against_plain.py"


def _of(statistic: str, *others: str) -> list[str]:
    """Name the tests of one statistic; each test against the plain version takes as long as all examples."""
    names = ("test_the_sql_gives_what_the_definitions_say", "test_the_journeys_behind_a_row_are_as_many_as_it_says")
    return [*EXAMPLES, *(f"{PLAIN}::{each}" for each in (*(f"{name}[{statistic}]" for name in names), *others))]


USUAL: list[tuple[str, list[str]]] = [
    ("railtrack/domain/movement/journeys.py", ["tests/unit/test_journeys.py"]),
    ("railtrack/analytics/engine.py", ["tests/analytics/test_engine.py"]),
    *((f"railtrack/analytics/{name}.py", [*EXAMPLES, PLAIN]) for name in ("rows", "filters", "statistics")),
    ("railtrack/analytics/survival.py", _of("transit")),
    ("railtrack/analytics/transit.py", _of("transit", "test_quantiles_and_spread_are_those_of_numpy")),
    ("railtrack/analytics/volume.py", _of("volume", "test_what_was_not_published_is_counted_apart")),
    *((f"railtrack/analytics/{name}.py", _of(name)) for name in ("reliability", "dwell", "borders")),
]
# tests that hang are as good as tests that fail; what counts is the processor's time, so that a busy machine kills none
PATIENCE_CPU_S = 300
PATIENCE_S = 3600
# the libraries are imported before pytest could rewrite their assertions
QUIET = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]

COMPARISONS: dict[type[ast.cmpop], list[str]] = {
    ast.Lt: ["<=", ">"],
    ast.LtE: ["<", ">="],
    ast.Gt: [">=", "<"],
    ast.GtE: [">", "<="],
    ast.Eq: ["!="],
    ast.NotEq: ["=="],
    ast.Is: ["is not"],
    ast.IsNot: ["is"],
    ast.In: ["not in"],
    ast.NotIn: ["in"],
}
SPELLED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
SIGNS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
}
# what is written in SQL, and what it is changed to
SQL: list[tuple[str, list[str]]] = [
    (r"<=", ["<", ">="]),
    (r">=", [">", "<="]),
    (r"<>", ["="]),
    (r"(?<![<>!])=(?!=)", ["<>"]),
    (r"\bIS NOT NULL\b", ["IS NULL"]),
    (r"\bIS NULL\b", ["IS NOT NULL"]),
    (r"\bNOT (?!NULL)", [""]),
    (r"\bAND\b", ["OR"]),
    (r"\bOR\b", ["AND"]),
    (r"\bSUM\b", ["MAX"]),
    (r"\bMAX\b", ["SUM"]),
    (r"\bAVG\b", ["MAX"]),
    (r"\bSTDDEV_SAMP\b", ["STDDEV_POP"]),
    (r"\bPERCENTILE_CONT\b", ["PERCENTILE_DISC"]),
    (r"\bDISTINCT\b ", [""]),
    (r" / ", [" * "]),
    (r" \* ", [" / "]),
    (r" - ", [" + "]),
    (r"\bfirst\b", ["latest"]),
    (r"\b1000\b", ["1001"]),
    (r"'(completed|in_transit|not_departed|inconsistent|cancelled)'", ["'other'"]),
]
LOOKS_LIKE_SQL = re.compile(
    r"\b[jvct]\.|\{(period|delay|value|column|exact|key|sql|hours)\}|IS NULL|AND |COUNT|[A-Z]{3}\(| / "
)


@dataclass(frozen=True)
class Mutant:
    line: int
    text: str
    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Give the module once for each change."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    raw = source.encode()

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column

    def between(left: ast.expr, right: ast.expr) -> tuple[int, int]:
        assert left.end_lineno is not None
        assert left.end_col_offset is not None
        return offset(left.end_lineno, left.end_col_offset), offset(right.lineno, right.col_offset)

    def changed(start: int, end: int, old: str, new: str, line: int) -> Iterator[Mutant]:
        piece = raw[start:end].decode()
        for found in re.finditer(old, piece):
            put = piece[: found.start()] + new + piece[found.end() :]
            text = (raw[:start] + put.encode() + raw[end:]).decode()
            at = line + piece[: found.start()].count("\n")
            yield Mutant(at, lines[at - 1].strip(), f"{found.group()} -> {new}", text)

    tree = ast.parse(source)
    kept = {id(node) for parent in ast.walk(tree) for node in _not_code(parent)}
    for node in ast.walk(tree):
        if id(node) in kept:
            continue
        if isinstance(node, ast.Compare):
            for left, op, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                start, end = between(left, right)
                for new in COMPARISONS[type(op)]:
                    yield from changed(start, end, re.escape(SPELLED[type(op)]), new, node.lineno)
        elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
            old, new = SIGNS[type(node.op)]
            start, end = between(node.left, node.right)
            yield from changed(start, end, re.escape(old), new, node.lineno)
        elif isinstance(node, ast.BoolOp):
            old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            for left, right in zip(node.values, node.values[1:], strict=False):
                start, end = between(left, right)
                yield from changed(start, end, rf"\b{old}\b", new, node.lineno)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            start = offset(node.lineno, node.col_offset)
            yield from changed(start, start + 4, "not ", "", node.lineno)
        elif isinstance(node, ast.Constant) and node.end_lineno is not None and node.end_col_offset is not None:
            start, end = offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)
            if isinstance(node.value, bool):
                yield from changed(start, end, "True|False", str(not node.value), node.lineno)
            elif isinstance(node.value, int | float):
                yield from changed(start, end, re.escape(raw[start:end].decode()), f"({node.value} + 1)", node.lineno)
            elif isinstance(node.value, str) and not _is_f_string(raw, start) and LOOKS_LIKE_SQL.search(node.value):
                yield from _in_sql(changed, start, end, node.lineno)
        elif isinstance(node, ast.JoinedStr) and node.end_lineno is not None and node.end_col_offset is not None:
            start, end = offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)
            if LOOKS_LIKE_SQL.search(raw[start:end].decode()):
                yield from _in_sql(changed, start, end, node.lineno)


def _in_sql(changed, start: int, end: int, line: int) -> Iterator[Mutant]:  # type: ignore[no-untyped-def]
    for old, news in SQL:
        for new in news:
            yield from changed(start, end, old, new, line)


def _is_f_string(raw: bytes, start: int) -> bool:
    """Tell the pieces of f-strings, which the f-string itself stands for, from whole strings."""
    return raw[start : start + 1] not in (b'"', b"'")


def _not_code(node: ast.AST) -> Iterator[ast.AST]:
    """Name what no test need notice: docstrings, annotations, decorators, assertions for the type checker, words."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
        first = node.body[0]
        assert isinstance(first, ast.Expr)
        yield first.value
    notes = [getattr(node, "annotation", None), getattr(node, "returns", None), *getattr(node, "decorator_list", ())]
    if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and ast.unparse(node.func) == "say"):
        notes.append(node)
    for note in notes:
        if note is not None:
            yield from ast.walk(note)


def survivors(module: str, tests: list[str]) -> tuple[int, list[Mutant]]:
    """Run the tests on every mutant of the module; give how many there were and those that passed."""
    alive, count = [], 0
    with tempfile.TemporaryDirectory(prefix="railtrack-mutation-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(
            ROOT,
            copy,
            ignore=shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__", ".*cache", ".hypothesis"),
        )
        target = copy / module
        source = target.read_text(encoding="utf-8")
        if not _pass(copy, tests):
            sys.exit(f"{', '.join(tests)}: the tests fail as it is")
        for mutant in mutants(source):
            try:
                compile(mutant.source, module, "exec")
            except SyntaxError:
                continue
            count += 1
            target.write_text(mutant.source, encoding="utf-8")
            if _pass(copy, tests):
                alive.append(mutant)
                print(f"survived  {module}:{mutant.line}  {mutant.change}  in  {mutant.text}", flush=True)
    return count, alive


def unexplained(module: str, alive: Sequence[Mutant]) -> list[str]:
    """Hold survivors against `KNOWN`: name those that are not in it, and what is in it and was noticed or is gone."""
    found = Counter((mutant.text, mutant.change) for mutant in alive)
    known = Counter((each.text, each.change) for each in KNOWN if each.module == module)
    return [
        *(f"not explained: {change} in {text}" for text, change in (found - known).elements()),
        *(f"explained and no survivor: {change} in {text}" for text, change in (known - found).elements()),
    ]


def _pass(folder: Path, tests: list[str]) -> bool:
    """Run the tests in a child that has the libraries already, which saves most of a short run's time."""
    child = os.fork()
    if child == 0:
        _be_silent()
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_CPU_S, PATIENCE_CPU_S))
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        sys.dont_write_bytecode = True  # two mutants of one second and size would be taken for each other
        sys.modules.pop("tests", None)
        # that a test fails is enough to know, the smallest example is not looked for
        hypothesis.settings.register_profile("mutation", phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
        hypothesis.settings.load_profile("mutation")
        os._exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-cov", *QUIET, *tests]))
    patience = threading.Timer(PATIENCE_S, os.kill, (child, signal.SIGKILL))
    patience.start()
    _, status = os.waitpid(child, 0)
    patience.cancel()
    return status == 0


def _be_silent() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def main(arguments: list[str]) -> int:
    chosen = USUAL
    if "--" in arguments:
        place = arguments.index("--")
        chosen = [(module, arguments[place + 1 :]) for module in arguments[:place]]
    elif arguments:
        chosen = [(module, tests) for module, tests in USUAL if module in arguments]
    failed = False
    for module, tests in chosen:
        count, alive = survivors(module, tests)
        wrong = unexplained(module, alive)
        failed |= bool(wrong)
        print(f"{module}: {count} changes, {len(alive)} survived", *wrong, sep="\n  ", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
