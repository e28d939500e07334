"""Entry for web servers: `gunicorn wsgi:app`."""

from __future__ import annotations

from app.core.local.services import demand_harmless_login
from app.factory import create_app
from config import Config

_config = Config.from_env()
_config.start_logging()
demand_harmless_login(_config)
app = create_app(_config)
