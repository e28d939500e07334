"""The floor of the load run: one query and one template in bare Flask, served by the same server as the portal.

`KONTOR_BARE_DATABASE` names the database; the account's chain is that of company 2.
"""

from __future__ import annotations

import os
import threading

import psycopg
from flask import Flask, render_template_string, request

LISTING = """
SELECT a.sku, a.name, p.price, s.on_hand - s.reserved
FROM (SELECT id, sku, name FROM articles WHERE category_id = (SELECT id FROM categories WHERE code = %s)
      ORDER BY name, id LIMIT 50) a
LEFT JOIN stock s ON s.article_id = a.id
LEFT JOIN LATERAL (
    SELECT e.price FROM price_entries e JOIN unnest(%s::bigint[]) WITH ORDINALITY l (id, place) ON e.price_list_id = l.id
    WHERE e.article_id = a.id AND e.min_quantity <= 1 ORDER BY l.place, e.min_quantity DESC LIMIT 1
) p ON true
ORDER BY a.name, a.id
"""
LISTS = "SELECT id FROM price_lists WHERE code IN ('L000', 'GENERAL') ORDER BY code DESC"
TEMPLATE = """<!doctype html><html lang="en"><head><title>Articles</title></head><body><h1>Articles</h1><table>
{% for sku, name, price, available in rows %}<tr><td><a href="/articles/{{ sku }}">{{ sku }}</a></td><td>{{ name }}</td>
<td>{{ price }}</td><td>{{ available }}</td><td><form method="post" action="/cart"><input name="q" value="1">
<button>Add</button></form></td></tr>{% endfor %}</table></body></html>"""

app = Flask("bare")
_held = threading.local()


@app.get("/shop")
def listing() -> str:
    """The first page of a category, by name."""
    if not hasattr(_held, "connection"):
        _held.connection = psycopg.connect(os.environ["KONTOR_BARE_DATABASE"], autocommit=True)
        _held.lists = [row[0] for row in _held.connection.execute(LISTS)]
    rows = _held.connection.execute(LISTING, (request.args["category"], _held.lists)).fetchall()
    return render_template_string(TEMPLATE, rows=rows)
