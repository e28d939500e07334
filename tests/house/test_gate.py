"""Every way to an order goes through the gate of approvals: who may call `place`, and that they ask before."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app"
PLACE, AMEND, GATE = "app.ordering.service.orders", "app.ordering.service.amending", "app.ordering.service.approvals"
# Who may make an order or a new version of one: checkout asks the gate, approvals place what was approved.
MAY_PLACE = {"ordering/service/checkout.py", "ordering/service/approval_placing.py"}
MAY_AMEND = {"ordering/service/orders.py"}
MAY_INSERT = {
    "ordering/service/order_rows.py",
    "ordering/service/history.py",  # imported orders of old
    "ordering/service/replacing.py",  # staff send goods again at no charge: nobody spends anything
}


def sources() -> Iterator[tuple[str, ast.Module, str]]:
    for path in sorted(APP.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield path.relative_to(APP).as_posix(), ast.parse(text), text


def importers(module: str, *names: str) -> set[str]:
    """Files that import one of these names from a module, or the module itself."""
    package, _, last = module.rpartition(".")
    found = set()
    for path, tree, _ in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                imported = {alias.name for alias in node.names}
                if (node.module == module and imported & set(names)) or (node.module == package and last in imported):
                    found.add(path)
            elif isinstance(node, ast.Import) and any(alias.name == module for alias in node.names):
                found.add(path)
    return found


def calls(function: ast.FunctionDef) -> list[str]:
    """Names called in a function, in the order of the text."""
    found = [
        (node.lineno, node.col_offset, node.func.id)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    return [name for _, _, name in sorted(found)]


def function(path: str, name: str) -> ast.FunctionDef:
    tree = ast.parse((APP / path).read_text(encoding="utf-8"))
    return next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)


def test_only_checkout_and_approvals_place_orders():
    assert importers(PLACE, "place") == MAY_PLACE
    assert importers(AMEND, "amend") <= MAY_AMEND


def test_checkout_asks_the_gate_before_it_places():
    order = calls(function("ordering/service/checkout.py", "submit"))
    assert order.index("prepare") < order.index("gate") < order.index("place")


def test_approvals_prepare_and_judge_again_before_they_place():
    order = calls(function("ordering/service/approval_placing.py", "_place"))
    assert order.index("prepare") < order.index("_demand_no_more") < order.index("place")


def test_nobody_else_writes_orders():
    """Neither by the model nor by SQL."""
    found = {
        path
        for path, _, text in sources()
        if not path.startswith("trial/") and ("INSERT INTO orders " in text or "insert(Order)" in text)
    }
    assert found <= MAY_INSERT
