"""Reactions of the desks to what happens elsewhere."""

from __future__ import annotations

from app.insights.handlers import carts

TOPICS = (carts,)
