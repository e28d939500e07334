"""Notes of activity are collected through each request and written when its answer is made."""

from __future__ import annotations

from flask import Flask

from app.core import activity


def _write(_error: BaseException | None) -> None:
    activity.flush()


def init_app(app: Flask) -> None:
    app.before_request(activity.begin)
    app.teardown_request(_write)
