"""Reactions of fulfilment to what happens elsewhere; one file a topic."""

from __future__ import annotations

from app.fulfilment.handlers import stock_values

TOPICS = (stock_values,)
