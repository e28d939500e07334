"""The import contracts of pyproject.toml, and the one thing they cannot say: a slice writes only its own tables."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from app.factory import SLICES

APP = Path(__file__).resolve().parents[2] / "app"
SERVICES = sorted(path for name in SLICES for path in (APP / name).glob("service*/**/*.py")) + sorted(
    path for name in SLICES for path in (APP / name).glob("service.py")
)
WRITES = {"insert", "update", "delete"}


def test_import_contracts_hold():
    """In a process of its own: the linter silences all loggers of the process it runs in."""
    check = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", check], cwd=APP.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def imported_models(tree: ast.Module) -> dict[str, str]:
    """Model name -> slice, of what a file imports."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and ".models" in node.module:
            for name in node.names:
                found[name.asname or name.name] = node.module.split(".")[1]
    return found


@pytest.mark.parametrize("owner", SLICES)
def test_services_write_only_their_own_tables(owner):
    for path in SERVICES:
        if path.relative_to(APP).parts[0] == owner:
            check_writes(path, owner)


def check_writes(path: Path, owner: str) -> None:
    tree = ast.parse(path.read_text())
    models = imported_models(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in WRITES and node.args and isinstance(node.args[0], ast.Name):
            written = models.get(node.args[0].id)
            assert written in (None, owner, "core"), f"{path.name}:{node.lineno} writes {node.args[0].id} of {written}"
        if isinstance(node.func, ast.Name) and models.get(name) not in (None, owner, "core"):
            raise AssertionError(f"{path.name}:{node.lineno} makes a row of {models[name]}")


def test_no_import_inside_functions():
    faults = set()
    for path in APP.rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                faults |= {
                    f"{path.relative_to(APP)}:{node.lineno}"
                    for node in ast.walk(function)
                    if isinstance(node, ast.Import | ast.ImportFrom)
                }
    assert faults == set()


def test_orders_are_made_in_three_places_only():
    """Checkout, approvals and amendments place; everybody else submits, so that no rule is passed by."""
    allowed = {f"app.ordering.service.{name}" for name in ("checkout", "approvals", "approval_placing", "amendments")}
    makers = set()
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "app.ordering.service.orders":
                makers.add(".".join(path.relative_to(APP.parent).with_suffix("").parts))
    assert makers <= allowed
