"""Prices of one list: one price a row, with the quantity it holds from."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.queries.companies import operator_party
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field, Option, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.pricing.models.chains import Chain, ChainList
from app.pricing.models.lists import PriceList
from app.pricing.queries.versions import holding_id
from app.pricing.service.chains import ChainRow, Link, set_chain
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.pricing.service.versions import draft_for_import

FIELDS = (
    Field("sku", N_("Article number"), ("sku", "article", "article number", "article no", "item", "item number",
          "item no", "product code", "stock code", "Artikel", "Artikelnummer", "Artikel-Nr.", "артикул", "код товара",
          "код товару"), is_required=True, length=60),
    Field("price", N_("Price"), ("price", "list price", "unit price", "net price", "Preis", "Listenpreis", "Nettopreis",
          "цена", "цена без НДС", "ціна", "ціна без ПДВ"), shape=Shape.NUMBER, is_required=True),
    Field("min_quantity", N_("From quantity"), ("min qty", "min quantity", "from qty", "from quantity", "quantity from",
          "ab Menge", "Staffelmenge", "от количества", "мин. количество", "від кількості"), shape=Shape.NUMBER),
    Field("base_quantity", N_("Price is for"), ("price base qty", "price base quantity", "price per", "per", "Preiseinheit",
          "Preis je", "цена за", "ціна за"), shape=Shape.NUMBER),
    Field("unit", N_("Unit"), ("unit", "unit code", "uom", "Einheit", "Mengeneinheit", "единица", "ед. изм.", "одиниця",
          "од. вим."), length=3),
    Field("currency", N_("Currency"), ("currency", "Währung", "валюта"), length=3),
    Field("valid_from", N_("First day"), ("valid from", "gültig ab", "действует с", "діє з"), shape=Shape.DAY),
    Field("valid_to", N_("Last day"), ("valid to", "valid until", "gültig bis", "действует до", "діє до"), shape=Shape.DAY),
)  # fmt: skip


CHUNK_ROWS = 2_000
DRAFT = "draft"


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    if chunk.options.get("version", "") not in ("", DRAFT):
        raise Invalid("version", N_("Versions to import into are: {allowed}, or empty.", allowed=DRAFT))
    outcome = Outcome()
    list_id, currency = _price_list(actor, chunk)
    good = [item for item in chunk.items if _is_in(item, currency, chunk, outcome)]
    results = upsert_entries(actor, list_id, [_entry(item.values) for item in good])
    for item, result in zip(good, results, strict=True):
        if result.problem is None:
            outcome.note(item.row, RowState(result.outcome))
        else:
            outcome.refuse(chunk.problem(item, result.field, f"bad_{result.field}", result.problem))
    return outcome


def _price_list(actor: Actor, chunk: Chunk) -> tuple[int, str]:
    """The list of the run, made when it is not there, and its currency."""
    code = chunk.options["price_list"]
    currency = chunk.options["currency"].upper()
    known = db.session.scalar(select(PriceList.currency).where(PriceList.code == code))
    if not currency and known is None:
        named = (item.values["currency"].upper() for item in chunk.items if "currency" in item.values)
        currency = next(named, "") or operator_party(actor).currency
    upsert_price_list(actor, PriceListRow(code, currency=currency or None))
    if chunk.options["chain"]:
        _join_chain(actor, chunk.options["chain"], code)
    if chunk.options.get("version") == DRAFT:
        code = draft_for_import(actor, code, is_first_part=min(chunk.rows) <= CHUNK_ROWS)
    return holding_id(actor, code), currency or str(known)


def _join_chain(actor: Actor, chain_code: str, list_code: str) -> None:
    """Put the list behind the others of a chain. The first chain of an installation serves everybody."""
    chain = db.session.execute(
        select(Chain.id, Chain.name, Chain.strategy, Chain.is_default).where(Chain.code == chain_code)
    ).one_or_none()
    if chain is None:
        has_default = db.session.scalar(select(Chain.id).where(Chain.is_default)) is not None
        set_chain(actor, ChainRow(chain_code, (Link(list_code),), chain_code, is_default=not has_default))
        return
    links = db.session.execute(
        select(PriceList.code, ChainList.may_merge)
        .join(ChainList, ChainList.price_list_id == PriceList.id)
        .where(ChainList.chain_id == chain.id)
        .order_by(ChainList.position)
    ).all()
    if all(link.code != list_code for link in links):
        lists = (*(Link(link.code, link.may_merge) for link in links), Link(list_code))
        set_chain(actor, ChainRow(chain_code, lists, chain.name, chain.strategy, is_default=chain.is_default))


def _is_in(item: Item, currency: str, chunk: Chunk, outcome: Outcome) -> bool:
    given = item.values.get("currency", currency).upper()
    if given == currency:
        return True
    other = N_("The price list is in {currency}.", currency=currency)
    outcome.refuse(chunk.problem(item, "currency", "other_currency", other))
    return False


def _entry(values: dict[str, Any]) -> EntryRow:
    """An entry; the last day of a file is included, that of an entry is not."""
    last_day: date | None = values.get("valid_to")
    return EntryRow(
        sku=values["sku"],
        price=values["price"],
        min_quantity=values.get("min_quantity", Decimal(0)),
        unit=values.get("unit", "").upper(),
        base_quantity=values.get("base_quantity", Decimal(1)),
        valid_from=values.get("valid_from"),
        valid_to=last_day + timedelta(days=1) if last_day else None,
    )


IMPORTERS.add(
    "price_list",
    Importer(
        code="price_list",
        label=N_("Price list"),
        about=N_(
            "Net prices of one list, one a row; a quantity makes it a price from so many units on. Prices that the file "
            "does not name stay."
        ),
        permission=Permission.PRICES,
        fields=FIELDS,
        options=(
            Option(
                "price_list",
                N_("Price list"),
                N_("Code of the list. It is made when it is not there."),
                is_required=True,
            ),
            Option(
                "version",
                N_("Version"),
                N_("“draft”: into the newest draft of the list, or a new one; empty: into the prices that hold today."),
            ),
            Option("currency", N_("Currency"), N_("Three letters; empty: as the file or the list says.")),
            Option("chain", N_("Chain"), N_("Code of a chain of lists that this list joins at the end; empty: none.")),
        ),
        apply=apply,
        chunk_rows=CHUNK_ROWS,
    ),
)
