"""Putting Kontor together: the one place that knows every slice."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import pkgutil
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask
from sqlalchemy.engine import make_url

from app.core import storage
from app.core.broker import open_sender
from app.core.db import db
from app.core.jobs import use_sender
from app.core.mail import open_mailer, use_mailer
from app.core.permissions import declare
from app.core.settings import use_settings
from app.web.setup import init_web
from config import Config

ROOT = Path(__file__).resolve().parent.parent
SLICES = (
    "accounts",
    "catalog",
    "pricing",
    "inventory",
    "ordering",
    "sourcing",
    "fulfilment",
    "billing",
    "exchange",
    "insights",
    "conversations",
    "sales",
    "notifications",
    "admin",
    "api",
)


def _part(name: str) -> ModuleType | None:
    """Import a slice's file or package by name if it exists."""
    return importlib.import_module(name) if importlib.util.find_spec(name) else None


def load_models() -> None:
    """Import the tables of all slices; a package of them file by file."""
    importlib.import_module("app.core.models")
    for name in SLICES:
        module = _part(f"app.{name}.models")
        for topic in pkgutil.iter_modules(getattr(module, "__path__", ())):
            importlib.import_module(f"app.{name}.models.{topic.name}")


def load_slices() -> None:
    """Import what every process needs of each slice: tables, declarations, permissions, reactions to events, jobs."""
    load_models()
    importlib.import_module("app.core.tasks")
    for name in SLICES:
        for topic in pkgutil.iter_modules(getattr(_part(f"app.{name}.domain"), "__path__", ())):
            if topic.name.endswith(("settings", "personal")):  # what the operator sets; where people's data stands
                importlib.import_module(f"app.{name}.domain.{topic.name}")
        for part in ("policy", "handlers", "tasks"):
            module = _part(f"app.{name}.{part}")
            if module is not None and part == "policy":
                declare(module.GRANTS, getattr(module, "PERSONAL", ()))


def commands() -> list[Any]:
    """The click commands of all slices and of the machinery."""
    found: list[Any] = []
    for name in ("core.local", "web", *SLICES, "trial"):
        module = _part(f"app.{name}.cli")
        found.extend(getattr(module, "COMMANDS", []))
    return found


def engine_options(config: Config) -> dict[str, Any]:
    """One pool per process; a statement that hangs is cut off by the server."""
    return {
        "pool_size": config.DATABASE_POOL_SIZE,
        "max_overflow": config.DATABASE_POOL_SIZE,
        "pool_pre_ping": True,
        "pool_recycle": 1800,
        "connect_args": {
            "connect_timeout": 10,
            "application_name": "kontor",
            "options": "-c statement_timeout=180s -c lock_timeout=30s",
        },
    }


def settle_memory() -> None:
    """Once a process has started, its modules stay: the collector need not look at them, nor at every few hundred rows.

    A preview of 5,000 rows takes half the time by it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def create_app(config: Config, *, web: bool = True) -> Flask:
    """Build the application; `web=False` leaves the pages out (workers and the command line need none)."""
    app = Flask("app", root_path=str(ROOT / "app"), template_folder=str(ROOT / "templates"), static_folder="static")
    app.config.from_mapping(config.as_flask())
    app.config["SQLALCHEMY_DATABASE_URI"] = make_url(config.database_url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config)
    app.extensions["kontor.config"] = config
    db.init_app(app)
    use_settings(config)
    use_mailer(open_mailer(config.mail_url))
    storage.use_store(storage.open_store(config.storage_url))
    use_sender(open_sender(config.broker_url))
    load_slices()
    init_web(app, pages=web)
    if web:
        for name in SLICES:
            views = _part(f"app.{name}.views")
            if views is not None:
                app.register_blueprint(views.blueprint)
    return app
