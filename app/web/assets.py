"""Static files under hashed addresses that browsers may keep for a year, and the check that all are installed."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from flask import Flask, Response, current_app, request

STATIC = Path(__file__).resolve().parents[1] / "static"
YEAR = 365 * 24 * 3600
_PUBLIC_FOLDERS = ("css/", "js/", "img/", "vendor/")


class AssetsMissing(RuntimeError):
    """Front-end files were not installed; the message says what to do."""


def check_vendor() -> None:
    """Stop the start with a sentence when third-party files are missing."""
    names = json.loads((STATIC / "package.json").read_text(encoding="utf-8"))["vendor"]
    missing = [name for name in names if not (STATIC / "vendor" / name).is_file()]
    if missing:
        raise AssetsMissing(
            f"{len(missing)} front-end files are missing (the first is app/static/vendor/{missing[0]}). "
            "Run `make install`, or `python app/static/install_vendor.py`."
        )


@lru_cache(maxsize=256)
def _hash(name: str, changed: int) -> str:
    if name.startswith("js/"):  # modules import each other without a version of their own: one for all
        content = b"".join(path.read_bytes() for path in sorted((STATIC / "js").glob("*.js")))
    else:
        content = (STATIC / name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]


@lru_cache(maxsize=256)
def _known_version(name: str) -> str:
    return _hash(name, 0)


def _changed(name: str) -> int:
    paths = (STATIC / "js").glob("*.js") if name.startswith("js/") else (STATIC / name,)
    return max(path.stat().st_mtime_ns for path in paths)


def version(name: str) -> str:
    """Content hash of a file; while developing it follows every change."""
    return _hash(name, _changed(name)) if current_app.debug else _known_version(name)


def asset(name: str) -> str:
    """The address of a static file, with its hash: /static/css/base.css?v=0a1b2c3d4e5f."""
    return f"{request.script_root}{_address(name, version(name))}"


@lru_cache(maxsize=256)
def _address(name: str, wanted: str) -> str:
    """Below the root of the application; building it anew for each of 40 icons a page would take longer than the page."""
    return f"{current_app.static_url_path}/{quote(name)}?v={wanted}"


def _cache_headers(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return response
    name = (request.view_args or {}).get("filename", "")
    if not name.startswith(_PUBLIC_FOLDERS):
        return Response(status=404)
    asked = request.args.get("v")
    if name.startswith("vendor/fonts/") or (asked is not None and asked == version(name)):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def init_app(app: Flask) -> None:
    check_vendor()
    app.after_request(_cache_headers)
    app.jinja_env.globals["asset"] = asset
