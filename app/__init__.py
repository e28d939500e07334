"""Kontor. `create_app()` puts it together (see app/factory.py).

Importing `app` loads nothing else, so that rules and formats can be used without the web.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from config import Config


def create_app(config: Config, **options: Any) -> Flask:
    """Build the application of these settings."""
    factory: Any = importlib.import_module("app.factory")
    app: Flask = factory.create_app(config, **options)
    return app
