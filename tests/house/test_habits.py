"""Names, sizes, exact numbers, and what may not lie in the repository."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from app.factory import SLICES

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "app").rglob("*.py"))
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
    "app/core/local/": "seconds to wait for processes",
    "app/core/tables/markup.py": "workbooks store binary numbers: read as one, written as the shortest decimal",
}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_sizes(path):
    lines = path.read_text().count("\n")
    assert lines <= 400 or relative(path) in LONG_FILES, f"{lines} lines: does it have two topics?"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
            length = node.end_lineno - node.lineno + 1
            key = f"{relative(path)}:{node.name}"
            assert length <= 60 or key in LONG_FUNCTIONS, f"{key} has {length} lines"


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_names_have_a_topic(path):
    assert path.stem not in BANNED_NAMES
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            assert not re.search(r"(Manager|Helper|Utils?|Processor|Misc)$", node.name), node.name


def test_slices_hold_the_known_files_only():
    for name in SLICES:
        if name == "admin":
            continue
        found = {path.stem for path in (ROOT / "app" / name).iterdir() if path.suffix == ".py" or path.is_dir()}
        assert found - {"__pycache__"} <= SLICE_FILES, name


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_numbers_are_exact(path):
    if relative(path).startswith(tuple(FLOATS_ALLOWED)):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            pytest.fail(f"line {node.lineno}: {node.value}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            pytest.fail(f"line {node.lineno}: float()")


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
