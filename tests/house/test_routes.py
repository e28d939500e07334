"""Every address names its permission; background work and commands are known by name."""

from __future__ import annotations

import ast
from pathlib import Path

from app.core import permissions
from app.core.jobs import JOBS
from app.factory import commands
from app.web.access import unguarded_endpoints

ROOT = Path(__file__).resolve().parents[2]


def test_every_route_names_a_permission_or_is_public(app):
    assert unguarded_endpoints(app) == []


def test_permissions_named_on_routes_are_granted_to_somebody(app):
    for name, view in app.view_functions.items():
        for permission in getattr(getattr(view, "access", None), "permissions", ()):
            assert permission in permissions.known(), f"{name} demands {permission}, which no policy.py declares"


def test_changes_are_made_by_post_only(app):
    for rule in app.url_map.iter_rules():
        assert not rule.methods & {"PUT", "PATCH", "DELETE"}, f"{rule}: htmx and forms send POST"


def test_jobs_asked_for_by_name_exist(app):
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", None) if isinstance(node, ast.Call) else None
            if name in ("enqueue", "send_now") and isinstance(node.args[0], ast.Constant):
                assert node.args[0].value in JOBS, f"{path.name}:{node.lineno}"


def paths(command, prefix: str) -> list[str]:
    name = f"{prefix} {command.name}"
    children = getattr(command, "commands", {})
    return [name] if not children else [path for child in children.values() for path in paths(child, name)]


def test_every_command_is_documented(app):
    text = (ROOT / "docs" / "commands.md").read_text()
    missing = [path for command in commands() for path in paths(command, "kontor") if f"`{path}" not in text]
    assert missing == [], "docs/commands.md does not show them"
