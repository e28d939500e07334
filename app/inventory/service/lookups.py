"""Ids behind the codes of rows, for commands that take many rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text

from app.catalog.domain.article import key_of
from app.core.db import db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_, Message

_IDS = text("""
SELECT (SELECT json_object_agg(a.sku_key, a.id) FROM articles a WHERE a.sku_key = ANY(CAST(:keys AS text[]))),
       (SELECT json_object_agg(w.code, w.id) FROM warehouses w),
       (SELECT json_object_agg(c.code, c.id) FROM companies c
        WHERE c.kind = 'supplier' AND c.code = ANY(CAST(:suppliers AS text[])))""")


@dataclass(frozen=True, slots=True)
class Known:
    """What is there: article ids by key, warehouses and suppliers by code."""

    articles: dict[str, int]
    warehouses: dict[str, int]
    suppliers: dict[str, int]

    def article(self, sku: str) -> int | None:
        return self.articles.get(key_of(sku))

    def problem(self, sku: str, warehouse: str | None = None, supplier: str = "") -> Message | None:
        """What a row names that is not there."""
        if self.article(sku) is None:
            return N_("There is no article {sku}.", sku=sku)
        if warehouse is not None and warehouse not in self.warehouses:
            return N_("There is no warehouse {code}.", code=warehouse)
        if supplier and supplier not in self.suppliers:
            return N_("There is no supplier {code}.", code=supplier)
        return None


def known(skus: Iterable[str] = (), suppliers: Iterable[str] = ()) -> Known:
    """One statement for all rows."""
    values = {"keys": [key_of(sku) for sku in skus], "suppliers": list(suppliers)}
    articles, warehouses, companies = db.session.execute(_IDS, values).one()
    return Known(articles or {}, warehouses or {}, companies or {})


def article_id(sku: str) -> int:
    """Raises Invalid("sku")."""
    found = known([sku]).article(sku)
    if found is None:
        raise Invalid("sku", N_("There is no article {sku}.", sku=sku))
    return found


def warehouse_id(code: str) -> int:
    """Raises NotFound."""
    found = known().warehouses.get(code)
    if found is None:
        raise NotFound(N_("There is no warehouse {code}.", code=code))
    return found
