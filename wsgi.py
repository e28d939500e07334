"""Entry for web servers: `gunicorn wsgi:app`."""

from __future__ import annotations

from werkzeug.middleware.proxy_fix import ProxyFix

from app.core.local.services import demand_harmless_login
from app.factory import create_app, settle_memory
from config import Config

_config = Config.from_env()
_config.start_logging()
demand_harmless_login(_config)
app = create_app(_config)
if proxies := _config.PROXY_COUNT:
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
settle_memory()
