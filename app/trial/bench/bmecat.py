"""A BMEcat catalogue of 100,000 articles with scale prices and features, streamed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import IO

from lxml import etree

from app.documents.bmecat.stream import BmecatStream
from app.documents.bmecat.writing import catalogue_chunks
from app.documents.model.catalogue import Catalogue, CatalogueGroup, CatalogueItem, Feature
from app.documents.model.line import Classification
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, ScalePrice
from app.trial.bench import benches
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work

_ARTICLES = 100_000
_BLOCK = 65_536


def _items() -> Iterator[CatalogueItem]:
    for n in range(_ARTICLES):
        yield CatalogueItem(
            ids=ItemIds(sku=f"A-{n:06d}", gtin="4006381333931"),
            names={"de": f"Sechskantschraube DIN 933 M{n % 20}x{n % 100} verzinkt"},
            order_unit="XPK",
            content_unit="C62",
            contents=Decimal(100),
            prices=tuple(
                ScalePrice(
                    amount=Decimal("9.95") - step, from_quantity=Decimal(1 + step * 10), currency="EUR", kind="net_list"
                )
                for step in range(3)
            ),
            vat_rate=Decimal(19),
            groups=("2",),
            classifications=(Classification("EC000150", "ETIM", "8.0"),),
            features=(Feature(name="Länge", values=(str(n % 100),), unit="mm", code="EF000136"),),
        )


def _catalogue() -> Catalogue:
    groups = (CatalogueGroup(id="1", name="Alles"), CatalogueGroup(id="2", name="Schrauben", parent="1"))
    return Catalogue(
        number="BENCH", version="1.0", currency="EUR", language="de", items=_items(), groups=groups,
        seller=Party(name="Bench", address=None),
    )  # fmt: skip


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(_BLOCK):
        yield block


def _read(file: IO[bytes]) -> None:
    stream = BmecatStream(lambda: _blocks(file))
    stream.scan(is_quick=True)
    for _ in stream.items():
        pass


def _bare(file: IO[bytes]) -> None:
    file.seek(0)
    for _, element in etree.iterparse(file, events=("end",), tag="{*}PRODUCT"):
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


@contextmanager
def _prepare(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    with tempfile.TemporaryFile() as file:
        for chunk in catalogue_chunks(_catalogue()):
            file.write(chunk)
        yield lambda: _read(file), lambda: _bare(file)


benches.add(
    "bmecat_100000",
    Bench(
        "bmecat_100000",
        "BMEcat catalogue of 100,000 articles, streamed to neutral articles",
        "bare iterparse",
        _prepare,
        3,
    ),
)
