"""Where data about people stands, and what becomes of it when a person is erased: declared by each slice, once.

Each column that leads to a person or names one is declared in some slice's `domain/personal.py` (a house test looks).
`:user_id` and `:email` stand for the person, `:company_id` for the company at the end of its contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.core.texts import N_, Message


class Fate(StrEnum):
    """What erasure does: remove the rows, take the name out of them, leave a number without a name, or keep by law."""

    DELETE = "delete"
    UNNAME = "unname"
    POINTER = "pointer"
    KEEP = "keep"


AREAS: Mapping[str, Message] = {
    "profile": N_("Profile, roles and preferences"),
    "login": N_("Sign-in and sessions"),
    "activity": N_("What was looked at"),
    "carts": N_("Carts and lists"),
    "orders": N_("Orders, quotes and approvals"),
    "tenders": N_("Tenders, bids and contracts"),
    "books": N_("Invoices, payments and budgets"),
    "goods": N_("Warehouse, deliveries and returns"),
    "prices": N_("Articles and prices"),
    "files": N_("Files, imports and messages to partners"),
    "talk": N_("Conversations and notices"),
    "sales": N_("Work of the sales desk"),
    "audit": N_("Record of changes"),
}
LAWS: Mapping[str, Message] = {
    "books": N_("Commercial and tax law: documents and what proves them are kept."),
    "tenders": N_("Procurement law: the record of an award is kept."),
    "record": N_("The record of changes proves who decided what; it cannot be rewritten."),
    "asked": N_("The request itself proves that the law was followed."),
}
UNNAMED = "–"  # what stands where a name stood


@dataclass(frozen=True, slots=True)
class Personal:
    """Rows of one table that belong to a person by `condition`. `columns` are the declared ones (person and names).

    `names` lose their text when unnamed. `years` they are kept by `law` after the year of `dated`, a column of the table.
    `of_company` rows belong to no person; they are unnamed at the end of a company's contract.
    """

    area: str
    table: str
    columns: tuple[str, ...]
    condition: str
    fate: Fate
    names: tuple[str, ...] = ()
    law: str = ""
    years: int = 0
    dated: str = ""
    of_company: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """Something unfinished that speaks against erasing now: SQL that counts, of a person or of a company."""

    title: Message
    person_sql: str = ""
    company_sql: str = ""


_declared: list[Personal] = []
_matters: list[Matter] = []
SECRETS = frozenset(("password_hash", "token_hash", "key_hash", "secret", "private_key", "sealed", "wrapped_key"))


def declared_personal() -> tuple[Personal, ...]:
    order = list(AREAS)
    return tuple(sorted(_declared, key=lambda one: (order.index(one.area), one.table, one.columns)))


def open_matters() -> tuple[Matter, ...]:
    return tuple(_matters)


def matter(title: Message, *, person_sql: str = "", company_sql: str = "") -> None:
    """Declare what has to be finished first; the SQL counts with :user_id or :company_id."""
    _matters.append(Matter(title, person_sql, company_sql))


def gone(area: str, table: str, *columns: str, names: tuple[str, ...] = ()) -> None:
    """Rows that only matter to the person: deleted. Each of the columns leads to him."""
    for column in columns:
        _add(Personal(area, table, (column, *names), f"{column} = :user_id", Fate.DELETE))


def unnamed(area: str, table: str, column: str, *names: str) -> None:
    """Rows that stay for others: the name goes, the number stays and leads to nobody."""
    _add(Personal(area, table, (column, *names), f"{column} = :user_id", Fate.UNNAME, names))


def pointer(area: str, table: str, *columns: str) -> None:
    """Rows that hold no more than the person's number, which leads to a person without a name afterwards."""
    for column in columns:
        _add(Personal(area, table, (column,), f"{column} = :user_id", Fate.POINTER))


def kept(area: str, table: str, column: str, *names: str, law: str = "books", years: int = 10, dated: str = "") -> None:
    """Rows that the law makes us keep as they are."""
    condition = f"{column} = :user_id"
    _add(Personal(area, table, (column, *names), condition, Fate.KEEP, law=law, years=years, dated=dated))


def proven(area: str, table: str, *names: str, law: str = "books", years: int = 10) -> None:
    """Names written into a document or record without the person's number: kept with it."""
    _add(Personal(area, table, names, "", Fate.KEEP, law=law, years=years))


def by_address(area: str, table: str, column: str, *names: str, condition: str = "") -> None:
    """Rows found by the person's mail address: deleted."""
    _add(Personal(area, table, (column, *names), condition or f"lower({column}) = :email", Fate.DELETE))


def company_contact(area: str, table: str, *names: str, condition: str = "company_id = :company_id") -> None:
    """Contact details of a company: unnamed at the end of its contract."""
    _add(Personal(area, table, names, condition, Fate.UNNAME, names, of_company=True))


def _add(one: Personal) -> None:
    if one.area not in AREAS or (one.law and one.law not in LAWS):
        raise RuntimeError(f"{one.table} names an unknown area or law")
    if any(known.table == one.table and known.condition == one.condition and known.columns == one.columns
           for known in _declared):  # fmt: skip
        raise RuntimeError(f"{one.table} {one.columns} is declared twice")
    _declared.append(one)


by_address("login", "sign_in_attempts", "email", "user_id", "ip", "user_agent",
           condition="user_id = :user_id OR lower(email) = :email")  # fmt: skip
gone("activity", "activity", "user_id")
kept("audit", "audit_entries", "user_id", "user_name", law="record", dated="at")
kept("audit", "audit_entries", "staff_id", "staff_name", law="record", dated="at")
unnamed("audit", "operator_settings", "changed_by_id", "changed_by_name")
