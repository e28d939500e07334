"""A catalogue of 100,000 articles in CommerceML, streamed; the floor reads the same elements with lxml's iterparse alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache

from lxml import etree

from app.documents.commerceml.catalogue import CatalogueStream
from app.documents.commerceml.values import NAMESPACE
from app.trial.bench import benches
from app.trial.bench_stock import BenchStock
from app.trial.measure import Bench, Work

_ARTICLES = 100_000
_RUNS = 3
_BLOCK = 1 << 20
_START = f"""<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация xmlns="{NAMESPACE}" ВерсияСхемы="2.08" ДатаФормирования="2026-01-31T08:00:00">
<ПакетПредложений СодержитТолькоИзменения="false"><Ид>c</Ид><Наименование>Каталог</Наименование><ИдКаталога>c</ИдКаталога>
<ТипыЦен><ТипЦены><Ид>t</Ид><Наименование>Оптовая</Наименование><Валюта>RUB</Валюта></ТипЦены></ТипыЦен><Предложения>
"""
_OFFER = """<Предложение><Ид>dee6e19a-55bc-11d9-848a-{n:012d}</Ид><Штрихкод>4006381333931</Штрихкод><Артикул>ART-{n}</Артикул>
<Наименование>Винт самонарезающий {n}</Наименование><БазоваяЕдиница Код="796" МеждународноеСокращение="PCE">шт</БазоваяЕдиница>
<Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>{n}.25</ЦенаЗаЕдиницу><Валюта>RUB</Валюта><Единица>796</Единица>
<Коэффициент>1</Коэффициент></Цена></Цены><Количество>{n}</Количество><Склад ИдСклада="w" КоличествоНаСкладе="{n}"/></Предложение>
"""
_END = "</Предложения></ПакетПредложений></КоммерческаяИнформация>"


@cache
def _file() -> bytes:
    return (_START + "".join(_OFFER.format(n=n) for n in range(1, _ARTICLES + 1)) + _END).encode()


def _blocks() -> Iterator[bytes]:
    data = _file()
    for start in range(0, len(data), _BLOCK):
        yield data[start : start + _BLOCK]


def _read() -> tuple[int, Decimal]:
    count, total = 0, Decimal(0)
    for item in CatalogueStream(_blocks()).items():
        count += 1
        total += item.prices[0].amount + item.stock[0].quantity
    return count, total


def _bare() -> tuple[int, Decimal]:
    def tag(name: str) -> str:
        return f"{{{NAMESPACE}}}{name}"

    offer, place = tag("Предложение"), tag("Склад")
    texts = [tag(name) for name in ("Ид", "Штрихкод", "Артикул", "Наименование", "БазоваяЕдиница")]
    price = f"{tag('Цены')}/{tag('Цена')}/"
    texts += [price + tag(name) for name in ("ИдТипаЦены", "Валюта", "Единица", "Коэффициент")]
    amount = price + tag("ЦенаЗаЕдиницу")
    count, total = 0, Decimal(0)
    for _, element in etree.iterparse(io.BytesIO(_file()), tag=offer):
        found = [element.findtext(path) for path in texts]
        stock = element.find(place)
        if found[0] and stock is not None:
            count += 1
            total += Decimal(element.findtext(amount) or 0) + Decimal(stock.get("КоличествоНаСкладе") or 0)
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
    return count, total


@contextmanager
def _prepared(_stock: BenchStock) -> Iterator[tuple[Work, Work]]:
    if _read() != _bare():
        raise RuntimeError("the catalogue is read otherwise than it stands there")
    yield _read, _bare


benches.add(
    "commerceml_catalogue",
    Bench(
        "commerceml_catalogue", f"CommerceML: {_ARTICLES:,} offers streamed into articles",
        "lxml's iterparse and findtext of the same elements", _prepared, _RUNS,
    ),
)  # fmt: skip
