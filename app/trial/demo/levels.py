"""Prices by level: a group's list, a parent's for its subsidiary, a contract, discounts, a formula, a list in dollars."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.accounts.queries.companies import account_id
from app.core import clock
from app.core.actor import Actor
from app.pricing.service.assignments import AssignmentRow, add_assignment
from app.pricing.service.chains import ChainRow, Link, assign_chain, set_chain
from app.pricing.service.contracts import ContractRow, open_contract
from app.pricing.service.costs import CostRow, set_costs, set_floor
from app.pricing.service.discounts import MatrixRow, RuleRow, set_matrix, set_rules
from app.pricing.service.formulas import FormulaRow, set_formula
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.pricing.service.rates import ExchangeRow, set_exchange_rates
from app.trial.demo.families import DemoArticle
from app.trial.demo.prices import GENERAL

_CENT = Decimal("0.01")
_YARD, _SUBSIDIARY, _TRADER, _EXPORT = "10001", "10002", "10006", "EXPORT"


def add_levels(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """What the first accounts show on the page "why this price"."""
    today = clock.today()
    _costs(actor, items)
    trades = [item for item in items if item.category.startswith(("TO", "FA"))]
    _list(actor, "TRADES-2026", "Building trades 2026", trades, factor=Decimal("0.95"))
    add_assignment(actor, AssignmentRow("group", "TRADES", "TRADES-2026", "lowest"))
    # The subsidiary buys by its parent's chain, the trader by his group's: neither has one of its own.
    assign_chain(actor, account_id(actor, _SUBSIDIARY), None)
    assign_chain(actor, account_id(actor, _TRADER), None)
    _contract(actor, [item for item in items if item.base_quantity == 1][:3], today)
    matrix_id, _ = set_matrix(actor, MatrixRow("BOXES", "Box discount", "group"))
    set_rules(actor, matrix_id, [
        RuleRow("category", "SA", Decimal(3), Decimal(2), by_box=True),
        RuleRow("category", "SA", Decimal(7), Decimal(10), by_box=True),
        RuleRow("brand", items[0].brand, Decimal(2), Decimal(500), group="TRADES"),
    ])  # fmt: skip
    set_formula(actor, FormulaRow("COST-PLUS", "Cost plus 60 percent, in steps of five cents", currency="EUR",
                                  factor=Decimal("1.6"), step=Decimal("0.05"), mode="up"))  # fmt: skip
    set_chain(actor, ChainRow("COST-PLUS", (Link("COST-PLUS"),), name="Cost plus"))
    add_assignment(actor, AssignmentRow("segment", "KEY", "COST-PLUS", "merge"))
    tools = [item for item in items if item.category.startswith("TO")]
    _list(actor, "IMPORT-USD", "Imported tools, in dollars", tools, factor=Decimal("1.02"), currency="USD")
    set_exchange_rates(actor, [
        ExchangeRow("USD", "EUR", date(today.year, 1, 1), Decimal("0.9120"), "ECB"),
        ExchangeRow("USD", "EUR", today.replace(day=1), Decimal("0.9205"), "ECB"),
    ])  # fmt: skip
    add_assignment(actor, AssignmentRow("segment", _EXPORT, "IMPORT-USD", "lowest", converts=True))


def _list(
    actor: Actor, code: str, name: str, items: Sequence[DemoArticle], *, factor: Decimal, currency: str = "EUR"
) -> None:
    """A list with a chain of its own."""
    list_id, _ = upsert_price_list(actor, PriceListRow(code, name, currency))
    rows = [
        EntryRow(item.sku, (item.price * factor).quantize(_CENT), base_quantity=Decimal(item.base_quantity))
        for item in items
    ]
    upsert_entries(actor, list_id, rows)
    set_chain(actor, ChainRow(code, (Link(code),), name=name))


def _contract(actor: Actor, items: Sequence[DemoArticle], today: date) -> None:
    """The yard's frame contract: three articles, each with a quantity to draw down."""
    validity = (date(today.year, 1, 1), date(today.year + 2, 1, 1))
    row = ContractRow("HANSE-FRAME", "Hanse Werft, agreed quantities", "EUR", validity)
    list_id = open_contract(actor, account_id(actor, _YARD), row)
    upsert_entries(actor, list_id, [
        EntryRow(item.sku, (item.price * 7 / 10).quantize(_CENT), agreed_quantity=Decimal(item.box * 200)) for item in items
    ])  # fmt: skip


def _costs(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """Every article costs a bit more than half of its list price; twelve percent shall stay."""
    set_costs(actor, [
        CostRow(item.sku, (item.price * 55 / 100 / item.base_quantity).quantize(Decimal("0.0001")), "EUR") for item in items
    ])  # fmt: skip
    set_floor(actor, "all", "", Decimal(12))
    set_floor(actor, "list", GENERAL, Decimal(25))
