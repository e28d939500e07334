"""Names, sizes, exact numbers, and what may not lie in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from app.factory import SLICES

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "app").rglob("*.py"))
FOLDERS = sorted({path.parent for path in FILES})  # one test a folder: a test for each file is mostly overhead
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    if name
]  # fmt: skip

# Sizes are a feel, not a law: a longer one says here why it is one topic.
LONG_FILES: dict[str, str] = {
    "app/ordering/service/cart.py": "every change of a cart, which share its lock, its merging and its limits",
}
LONG_FUNCTIONS: dict[str, str] = {}

BANNED_NAMES = {"utils", "util", "common", "misc", "manager", "helpers", "helper", "processor", "stuff"}
SLICE_FILES = {
    "__init__", "domain", "events", "models", "policy", "queries", "documents", "mapping", "importers", "transports",
    "reports", "notices", "service", "forms", "views", "cli", "tasks", "handlers",
}  # fmt: skip
# What may be a float: seconds to wait and other measures that are neither money nor quantity.
FLOATS_ALLOWED: dict[str, str] = {
    "app/trial/measure.py": "milliseconds and ratios as JSON numbers",
    "app/insights/domain/reorder.py": "weights, likeness and scores of a ranking; no quantity, no money",
    "app/insights/domain/reorder_evaluation.py": "the same, measured",
    "app/insights/domain/recommend": "strengths, likeness and scores of recommendations; no quantity, no money",
    "app/insights/domain/forecast": "smoothing and errors of a statistical forecast; stored as exact numbers",
    "app/insights/domain/substitutes.py": "likeness of articles",
    "app/core/local/": "seconds to wait for processes",
    "app/core/tables/markup.py": "workbooks store binary numbers: read as one, written as the shortest decimal",
}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def files_of(folder: Path) -> list[Path]:
    return [path for path in FILES if path.parent == folder]


@pytest.mark.parametrize("folder", FOLDERS, ids=relative)
def test_sizes(folder):
    faults = []
    for path in files_of(folder):
        lines = path.read_text().count("\n")
        if lines > 400 and relative(path) not in LONG_FILES:
            faults.append(f"{relative(path)} has {lines} lines: does it have two topics?")
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                key = f"{relative(path)}:{node.name}"
                if length > 60 and key not in LONG_FUNCTIONS:
                    faults.append(f"{key} has {length} lines")
    assert faults == []


@pytest.mark.parametrize("folder", FOLDERS, ids=relative)
def test_names_have_a_topic(folder):
    faults = []
    for path in files_of(folder):
        if path.stem in BANNED_NAMES:
            faults.append(relative(path))
        names = [node.name for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)]
        faults += [
            f"{relative(path)}:{name}" for name in names if re.search(r"(Manager|Helper|Utils?|Processor|Misc)$", name)
        ]
    assert faults == []


def test_slices_hold_the_known_files_only():
    for name in SLICES:
        if name == "admin":
            continue
        found = {path.stem for path in (ROOT / "app" / name).iterdir() if path.suffix == ".py" or path.is_dir()}
        assert found - {"__pycache__"} <= SLICE_FILES, name


@pytest.mark.parametrize("folder", FOLDERS, ids=relative)
def test_numbers_are_exact(folder):
    faults = []
    for path in files_of(folder):
        if relative(path).startswith(tuple(FLOATS_ALLOWED)):
            continue
        for node in ast.walk(tree(path)):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
            if is_float or is_call:
                faults.append(f"{relative(path)}:{node.lineno}")
    assert faults == []


def test_only_the_clock_knows_the_time():
    for path in FILES:
        if path.name == "clock.py" or "local" in path.parts or "trial" in path.parts:
            continue
        text = path.read_text()
        assert not re.search(r"datetime\.(now|utcnow|today)\(|date\.today\(", text), relative(path)


def test_repository_holds_no_foreign_material():
    for path in TRACKED:
        name = relative(path)
        assert not name.startswith("app/static/vendor/"), name
        assert path.suffix not in {".xsd", ".xslt", ".sch", ".dtd"}, name


def test_lock_files_carry_no_address():
    for path in TRACKED:
        if "lock" in path.name or path.name.startswith("requirements"):
            assert not re.search(r"https?://", path.read_text()), relative(path)


def test_no_open_marks():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    for path in TRACKED:
        if (
            path.suffix in {".py", ".html", ".css", ".js", ".md"}
            and path.name != Path(__file__).name
            and path.is_file()
        ):
            assert not marks.search(path.read_text()), relative(path)
