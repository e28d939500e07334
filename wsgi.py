"""Entry for web servers: `gunicorn wsgi:app`."""

from __future__ import annotations

from app.factory import create_app
from config import Config

app = create_app(Config.from_env())
