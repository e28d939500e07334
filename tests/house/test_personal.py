"""Every column that leads to a person or names one is declared, with what becomes of it when the person is erased."""

from __future__ import annotations

import re

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import Base, db
from app.core.personal_data import declared_personal, open_matters
from app.factory import load_slices

load_slices()

# Columns that lead to people without a foreign key, and texts that hold names, addresses and numbers of people.
LEADS = re.compile(r"^(user|staff|manager|assignee|author|owner|buyer|approver|picker|holder|deputy)_id$|_by_id$")
NAMES = re.compile(
    r"(^|_)(e?mail|phone|contact|recipient|ip|user_agent|sender|contact_name|sender_name)$"
    r"|^(user|staff|picker|author|signer)_name$|_by(_name)?$"
)
# What looks like one and is none.
NOT_PERSONAL = {
    ("need_by", "a day"), ("pay_by", "a day"), ("with_mail", "a switch"),
}  # fmt: skip


def columns() -> set[tuple[str, str]]:
    found = set()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            is_link = any(key.column.table.name == "users" for key in column.foreign_keys)
            is_none = column.name in {name for name, _why in NOT_PERSONAL}
            if (is_link or LEADS.search(column.name) or NAMES.search(column.name)) and not is_none:
                found.add((table.name, column.name))
    return found


def test_every_column_about_a_person_is_declared():
    declared = {(one.table, column) for one in declared_personal() for column in one.columns}
    missing = sorted(columns() - declared)
    assert missing == [], "declare them in the slice's domain/personal.py: gone(), unnamed(), pointer() or kept()"


def test_what_is_declared_exists():
    known = {(table.name, column.name) for table in Base.metadata.tables.values() for column in table.columns}
    declared = {(one.table, column) for one in declared_personal() for column in one.columns}
    assert sorted(declared - known) == []
    dated = {(one.table, one.dated) for one in declared_personal() if one.dated}
    assert sorted(dated - known) == []


def test_open_matters_can_be_asked(ctx):
    for one in open_matters():
        if one.person_sql:
            assert db.session.scalar(text(one.person_sql), {"user_id": 0}) == 0
        if one.company_sql:
            assert db.session.scalar(text(one.company_sql), {"company_id": 0}) == 0
    assert Actor.system().is_operator
