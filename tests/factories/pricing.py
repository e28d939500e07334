"""Price lists, chains and VAT rates by plain functions. Call them inside `world()` or `ctx`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.pricing.service.assignments import AssignmentRow, set_assignment
from app.pricing.service.chains import ChainRow, Link, assign_chain, set_chain
from app.pricing.service.contracts import ContractRow, open_contract
from app.pricing.service.costs import CostRow, set_costs
from app.pricing.service.discounts import MatrixRow, RuleRow, set_matrix, set_rules
from app.pricing.service.formulas import FormulaRow, set_formula
from app.pricing.service.lists import EntryRow, PriceListRow, upsert_entries, upsert_price_list
from app.pricing.service.rates import ExchangeRow, set_exchange_rates
from app.pricing.service.tax_status import CheckRow, record_check
from app.pricing.service.vat import VatRow, set_vat_rates

Prices = Mapping[str, Any]


def price_list(code: str = "LIST", prices: Prices | None = None, *, currency: str = "EUR", **facts: Any) -> int:
    """A list with prices by article number: "9.80", or {from quantity: price}; returns its id."""
    values = {"name": f"List {code}", "currency": currency} | facts
    with acting_as(Actor.system()):
        list_id, _ = upsert_price_list(Actor.system(), PriceListRow(code, **values))
    for sku, given in (prices or {}).items():
        breaks = given if isinstance(given, Mapping) else {0: given}
        for start, price in breaks.items():
            entry(list_id, sku, price, min_quantity=Decimal(str(start)))
    return list_id


def entry(list_id: int, sku: str, price: Any, **facts: Any) -> None:
    with acting_as(Actor.system()):
        result = upsert_entries(Actor.system(), list_id, [EntryRow(sku, Decimal(str(price)), **facts)])[0]
    assert result.problem is None, result.problem


def chain(code: str, *lists: str, strategy: str = "merge", is_default: bool = False) -> int:
    """A chain of lists by code; a code with a stroke before it may not merge: "-A"."""
    links = tuple(Link(name.lstrip("-"), not name.startswith("-")) for name in lists)
    with acting_as(Actor.system()):
        return set_chain(Actor.system(), ChainRow(code, links, strategy=strategy, is_default=is_default))[0]


def buys_by(company_id: int, chain_id: int | None) -> None:
    with acting_as(Actor.system()):
        assign_chain(Actor.system(), company_id, chain_id)


def german_vat() -> None:
    rows = [
        VatRow("DE", "standard", Decimal(19), date(2020, 1, 1)),
        VatRow("DE", "reduced", Decimal(7), date(2020, 1, 1)),
    ]
    with acting_as(Actor.system()):
        set_vat_rates(Actor.system(), rows)


def assign(level: str, subject: str, chain_code: str, combine: str = "merge", **facts: Any) -> None:
    """A chain on a level for an account, group or segment by code."""
    with acting_as(Actor.system()):
        set_assignment(Actor.system(), AssignmentRow(level, subject, chain_code, combine, **facts))


def contract(company_id: int, code: str, prices: Prices, *, combine: str = "shut", currency: str = "EUR") -> int:
    """A contract with prices by article number: "9.80", or ("9.80", agreed quantity); returns the id of its list."""
    with acting_as(Actor.system()):
        list_id = open_contract(
            Actor.system(), company_id, ContractRow(code, f"Contract {code}", currency, combine=combine)
        )
    for sku, given in prices.items():
        price, agreed = given if isinstance(given, tuple) else (given, None)
        entry(list_id, sku, price, agreed_quantity=None if agreed is None else Decimal(agreed))
    return list_id


def formula(code: str, source: str = "", **facts: Any) -> int:
    values = {name: Decimal(value) if isinstance(value, str) and name in ("factor", "surcharge", "step", "ending") else value
              for name, value in facts.items()}  # fmt: skip
    with acting_as(Actor.system()):
        return set_formula(Actor.system(), FormulaRow(code, f"Formula {code}", source, **values))[0]


def matrix(code: str, *rules: RuleRow, **facts: Any) -> int:
    with acting_as(Actor.system()):
        matrix_id, _ = set_matrix(Actor.system(), MatrixRow(code, f"Matrix {code}", **facts))
        set_rules(Actor.system(), matrix_id, rules)
    return matrix_id


def cost(sku: str, amount: str, currency: str = "EUR", valid_from: date | None = None) -> None:
    with acting_as(Actor.system()):
        ((_, problem),) = set_costs(Actor.system(), [CostRow(sku, Decimal(amount), currency, valid_from)])
    assert problem is None, problem


def exchange_rate(pair: str, rate: str, on: date = date(2026, 1, 1)) -> None:
    """A rate of a pair such as "USD/EUR"."""
    one, other = pair.split("/")
    with acting_as(Actor.system()):
        set_exchange_rates(Actor.system(), [ExchangeRow(one, other, on, Decimal(rate), "ECB")])


def vat_checked(company_id: int, vat_id: str, *, is_valid: bool = True) -> None:
    """Somebody has looked the account's VAT number up."""
    row = CheckRow(vat_id=vat_id, is_valid=is_valid, checked_on=date(2026, 1, 5), source="vies")
    with acting_as(Actor.system()):
        record_check(Actor.system(), company_id, row)
