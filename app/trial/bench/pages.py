"""The catalogue page of 50 articles at own prices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from flask import Flask, render_template_string

from app.trial.bench import benches
from app.trial.bench_stock import PASSWORD, BenchStock
from app.trial.measure import Bench, Work

_SQL = """
SELECT a.sku, a.name, p.price, s.on_hand - s.reserved
FROM (SELECT id, sku, name FROM articles ORDER BY name, id LIMIT 50) a
JOIN stock s ON s.article_id = a.id
JOIN LATERAL (
    SELECT e.price FROM chain_lists c JOIN price_entries e ON e.price_list_id = c.price_list_id
    WHERE c.chain_id = 1 AND e.article_id = a.id AND e.min_quantity <= 1 ORDER BY c.position LIMIT 1
) p ON true
ORDER BY a.name, a.id
"""
_TEMPLATE = """<!doctype html><html lang="en"><head><title>Articles</title></head><body><h1>Articles</h1><table>
{% for sku, name, price, available in rows %}<tr><td><a href="/articles/{{ sku }}">{{ sku }}</a></td><td>{{ name }}</td>
<td>{{ price }}</td><td>{{ available }}</td><td><form method="post" action="/cart"><input name="q" value="1">
<button>Add</button></form></td></tr>{% endfor %}</table></body></html>"""


def _bare_app(bare: psycopg.Connection[tuple[object, ...]]) -> Flask:
    app = Flask("bare")

    @app.get("/")
    def page() -> str:
        return render_template_string(_TEMPLATE, rows=bare.execute(_SQL).fetchall())

    return app


@contextmanager
def _page(stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    client = stock.app.test_client()
    client.post("/sign-in", data={"email": "buyer@example.test", "password": PASSWORD})
    bare = _bare_app(stock.bare).test_client()

    def ours() -> None:
        answer = client.get("/shop?size=50")
        if answer.status_code != 200:
            raise RuntimeError(f"the shop answered {answer.status_code}")

    yield ours, lambda: bare.get("/")
    stock.bare.rollback()


benches.add(
    "page_50",
    Bench("page_50", "catalogue page of 50 articles", "a bare Flask route: one query, one template", _page, 40),
)
