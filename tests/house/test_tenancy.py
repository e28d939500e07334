"""The second wall: raw SQL as `kontor_app` in the scope of one company reaches no row of another."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from app.core.db import Base
from app.factory import load_models

load_models()

APP = Path(__file__).resolve().parents[2] / "app"
OWNED = sorted(table.name for table in Base.metadata.tables.values() if "company_id" in table.columns)
# Tables without company_id: shared by all, or reached through memberships.
UNOWNED = sorted(set(Base.metadata.tables) - set(OWNED))

# Who leaves the tenant's scope, and why; a new use is a decision to be made here.
SYSTEM_SCOPES: dict[str, set[str]] = {
    "accounts/queries/links.py": {
        "invitation: the person is not a member yet",
        "password reset: the person is not signed in",
        "registration: the applicant is not signed in",
    },
    "accounts/queries/api_keys.py": {"api: whose key is this"},
    "accounts/service/api_keys.py": {"api: note when a key was used"},
    "accounts/queries/consents.py": {"consents: a person belongs to no company"},
    "accounts/queries/own_fields.py": {"registration: the applicant is not signed in"},
    "accounts/queries/people.py": {"profile: a person belongs to no company"},
    "accounts/queries/sign_ins.py": {
        "profile: a person's sessions lie in several companies",
        "profile: tries to sign in belong to no company",
        "sign-in: whose browser is this",
    },
    "accounts/service/consents.py": {
        "consents: a person belongs to no company",
        "consents: who follows the link is not signed in",
    },
    "accounts/queries/privacy.py": {"privacy: a person belongs to no company"},
    "accounts/service/erasing.py": {"privacy: a person belongs to no company"},
    "accounts/service/person_copies.py": {"privacy: a person belongs to no company"},
    "accounts/service/invitations.py": {"invitation: the person is not a member yet"},
    "accounts/service/passwords.py": {
        "password reset: the person is not signed in",
        "profile: a person belongs to no company",
    },
    "accounts/service/profile.py": {"profile: a person belongs to no company"},
    "accounts/service/registration.py": {"registration: the company does not exist yet"},
    "accounts/service/sessions.py": {"profile: a person's sessions lie in several companies"},
    "accounts/service/sign_in.py": {"sign-in: the person is not known yet"},
    "billing/queries/desk.py": {"desk: a person's companies are several"},
    "exchange/service/one_c_calls.py": {"1C: who calls is not signed in"},
    "notifications/service/sending.py": {
        "sending: record what failed",
        "sending: record what left",
        "sending: the words need facts of the whole portal",
        "sweep: notices of all companies",
    },
    "ordering/queries/approval_links.py": {"approval: the approver is not signed in"},
    "exchange/queries/message_bytes.py": {"message: its bytes lie with the operator"},
    "sourcing/queries/supplier_tenders.py": {"tender: a public paper of the asking company"},
    "sourcing/queries/quote_links.py": {"quote: who follows the link has no account"},
    "sourcing/service/auction_bids.py": {"auction: a bidder's price moves the auction of another company"},
    "sourcing/service/auction_stages.py": {"auction: time moves it, whoever looks"},
    "sourcing/queries/tender_notices.py": {"tender notice: the reader is not signed in"},
    "trial/demo/filling.py": {"notices of the demo's history"},
    "core/outbox.py": {"list due outbox entries", "note a failed outbox entry"},
}


@pytest.fixture(scope="module")
def databases(config):
    owner = create_engine(config.database_owner_url)
    app_login = create_engine(config.database_url)
    yield owner, app_login
    owner.dispose()
    app_login.dispose()


def values(table, company: int) -> dict[str, str]:
    """A minimal row of a table for a company, as SQL; every value that can differ between companies does."""
    row = {"id": str(company * 10)} if "id" in table.columns else {}
    for column in table.columns:
        kind = type(column.type).__name__
        if column.name != "id" and not column.nullable and (column.server_default is None or column.unique):
            row[column.name] = {
                "Boolean": "false", "DateTime": "now()", "Date": "current_date", "Time": "'00:00'", "JSONB": "'{}'::jsonb",
                "String": f"'{company}'", "Text": f"'{company}'", "LargeBinary": f"'{company}'::bytea",
            }.get(kind, str(company))  # fmt: skip
    return row


def insert_statement(table, row: dict[str, str]) -> str:
    names, parts = ", ".join(f'"{name}"' for name in row), ", ".join(row.values())
    return f"INSERT INTO {table.name} ({names}) VALUES ({parts})"


@pytest.fixture
def rows(databases):
    """For one table: a row of company 7 and one of company 8, in a transaction that is rolled back."""
    owner, _ = databases
    superuser = create_engine(str(owner.url.set(username="postgres").render_as_string(hide_password=False)))
    connection = superuser.connect()
    transaction = connection.begin()
    connection.execute(text("SET LOCAL session_replication_role = replica"))  # no foreign keys, no triggers

    def make(name: str):
        table = Base.metadata.tables[name]
        for constraint in inspect(connection).get_check_constraints(name):
            connection.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT {constraint['name']}"))
        for company in (7, 8):
            connection.execute(text(insert_statement(table, values(table, company))))
        return connection

    yield make
    transaction.rollback()
    connection.close()
    superuser.dispose()


def scope(connection, company: int) -> None:
    connection.execute(text("SET LOCAL session_replication_role = origin"))
    connection.execute(text("SET LOCAL SESSION AUTHORIZATION kontor_app"))
    connection.execute(
        text("SELECT set_config('role', 'kontor_tenant', true), set_config('kontor.company_id', :c, true)"),
        {"c": str(company)},
    )


def attempt(connection, statement: str) -> int:
    """Rows touched, or -1 when PostgreSQL refused."""
    with connection.begin_nested() as savepoint:
        try:
            return connection.execute(text(statement)).rowcount
        except ProgrammingError as error:
            assert "permission denied" in str(error) or "row-level security" in str(error), error
            savepoint.rollback()
            return -1


@pytest.mark.parametrize("name", OWNED)
def test_no_row_of_another_company_is_seen_or_touched(rows, name):
    connection = rows(name)
    scope(connection, 7)
    with connection.begin_nested() as savepoint:
        try:
            seen = connection.scalars(text(f"SELECT DISTINCT company_id FROM {name}")).all()
        except ProgrammingError as error:
            assert "permission denied" in str(error)
            savepoint.rollback()
            seen = []
    assert set(seen) <= {7}
    assert attempt(connection, f"DELETE FROM {name} WHERE company_id = 8") in (0, -1)
    assert attempt(connection, f"UPDATE {name} SET company_id = 7 WHERE company_id = 8") in (0, -1)
    assert attempt(connection, f"UPDATE {name} SET company_id = 8 WHERE company_id = 7") == -1, "moved to a stranger"
    table = Base.metadata.tables[name]
    row = values(table, 9) | {"company_id": "8"}
    assert attempt(connection, insert_statement(table, row)) == -1, "inserted for a stranger"


@pytest.mark.parametrize("name", [*OWNED, *UNOWNED])
def test_without_a_scope_every_statement_fails(databases, name):
    _, app_login = databases
    with app_login.connect() as connection:
        for statement in (f"SELECT 1 FROM {name}", f"DELETE FROM {name}", f"TRUNCATE {name}"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(statement))
            connection.rollback()


def test_every_table_is_behind_the_wall(databases):
    owner, _ = databases
    with owner.connect() as connection:
        open_tables = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
                " AND NOT relrowsecurity AND relname <> 'alembic_version'"
            )
        ).all()
        truncatable = connection.scalars(
            text(
                "SELECT table_name FROM information_schema.role_table_grants"
                " WHERE grantee IN ('kontor_tenant', 'kontor_operator', 'kontor_app') AND privilege_type = 'TRUNCATE'"
            )
        ).all()
        views = inspect(connection).get_view_names()
    assert open_tables == []
    assert truncatable == []
    assert views == [], "a view must be security_invoker: extend this test when there is one"


def test_no_policy_opens_a_tenants_table_wide(databases):
    owner, _ = databases
    with owner.connect() as connection:
        wide = connection.execute(
            text(
                "SELECT tablename, policyname FROM pg_policies WHERE 'kontor_tenant' = ANY (roles)"
                " AND tablename = ANY (:owned) AND coalesce(qual, with_check) = 'true'"
            ),
            {"owned": OWNED},
        ).all()
    assert wide == []


def test_audit_and_issued_invoices_cannot_be_rewritten(databases):
    _, app_login = databases
    with app_login.connect() as connection:
        for statement in (
            "UPDATE audit_entries SET action = 'x'",
            "DELETE FROM audit_entries",
            "DELETE FROM invoices",
            "UPDATE invoice_files SET sha256 = 'x'",
        ):
            connection.execute(text("SELECT set_config('role', 'kontor_operator', true)"))
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(statement))
            connection.rollback()


def uses_of_system_scope() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", getattr(node.func, "attr", "")) == "system_scope"
            ):
                reason = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else "?"
                found.setdefault(str(path.relative_to(APP)), set()).add(str(reason))
    return found


def test_every_use_of_the_system_scope_is_listed():
    assert uses_of_system_scope() == SYSTEM_SCOPES
