"""Sums of what was ordered, kept exact by marks; reports saved, made as files, and sent by the clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

# What people of an account may do with their own rows: read the sums, have reports made as files.
TENANT = {
    "sales_days": "SELECT",
    "sales_account_articles": "SELECT",
    "sales_articles": "",
    "sales_article_months": "",
    "sales_marks": "SELECT",
    "saved_reports": "",
    "report_schedules": "",
    "report_recipients": "",
    "report_runs": "SELECT, INSERT, UPDATE",
}
# A mark is written by whoever changes an order, also in a tenant's scope. It names the moment, not the month, so that it
# holds in every time zone. Two transactions never share a mark: each is seen together with what it is about.
_MARKS = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO sales_marks (company_id, at) {inserted};
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO sales_marks (company_id, at) {deleted};
    ELSE
        INSERT INTO sales_marks (company_id, at) {updated};
    END IF;
    RETURN NULL;
END $$"""
_OF_ORDERS = "SELECT DISTINCT company_id, placed_at FROM {rows}"
_ORDER_FACTS = "company_id, placed_at, currency, state = 'cancelled', source, staff_id, client_ref"
_OF_PARTS = "SELECT DISTINCT o.company_id, o.placed_at FROM {rows} r JOIN orders o ON o.id = r.order_id"
_LINE_FACTS = "order_id, article_id, net, base_quantity, state IN ('cancelled', 'rejected')"
_CHANGED = """
    SELECT DISTINCT {facts} FROM (
        (SELECT id, {compared} FROM old_rows EXCEPT SELECT id, {compared} FROM new_rows)
        UNION ALL (SELECT id, {compared} FROM new_rows EXCEPT SELECT id, {compared} FROM old_rows)
    ) r {join}"""
_ORDER_JOIN = "JOIN orders o ON o.id = r.order_id"
_FUNCTIONS = (
    _MARKS.format(
        name="mark_orders",
        inserted=_OF_ORDERS.format(rows="new_rows"),
        deleted=_OF_ORDERS.format(rows="old_rows"),
        updated=_CHANGED.format(facts="company_id, placed_at", compared=_ORDER_FACTS, join=""),
    ),
    _MARKS.format(
        name="mark_order_lines",
        inserted=_OF_PARTS.format(rows="new_rows"),
        deleted=_OF_PARTS.format(rows="old_rows"),
        updated=_CHANGED.format(facts="o.company_id, o.placed_at", compared=_LINE_FACTS, join=_ORDER_JOIN),
    ),
    _MARKS.format(
        name="mark_order_allowances",
        inserted=_OF_PARTS.format(rows="new_rows"),
        deleted=_OF_PARTS.format(rows="old_rows"),
        updated=_CHANGED.format(facts="o.company_id, o.placed_at", compared="order_id, amount", join=_ORDER_JOIN),
    ),
)
_TABLES = ("orders", "order_lines", "order_allowances")
_VERBS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def upgrade() -> None:
    _sales_days()
    _sales_account_articles()
    _sales_articles()
    _sales_article_months()
    _sales_marks()
    _sales_states()
    _saved_reports()
    _report_schedules()
    _report_recipients()
    _report_runs()
    for table, verbs in TENANT.items():
        for statement in secure(table, tenant=verbs):
            op.execute(statement)
    for statement in secure("sales_states", tenant="SELECT", condition="true"):
        op.execute(statement)
    for function in _FUNCTIONS:
        op.execute(function)
    for table in _TABLES:
        for verb, rows in _VERBS.items():
            op.execute(
                f"CREATE TRIGGER mark_{table}_{verb.lower()} AFTER {verb} ON {table} REFERENCING {rows}"
                f" FOR EACH STATEMENT EXECUTE FUNCTION mark_{table}()"
            )
    op.execute(
        "INSERT INTO sales_marks (company_id, at)"
        " SELECT DISTINCT company_id, date_bin('15 minutes', placed_at, '2000-01-01') FROM orders"
    )


def _sales_days() -> None:
    op.create_table(
        "sales_days",
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("allowances", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "day", "channel", "currency", name=op.f("pk_sales_days")),
    )
    op.create_index("ix_sales_days_day", "sales_days", ["day"], unique=False)


def _sales_account_articles() -> None:
    op.create_table(
        "sales_account_articles",
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.PrimaryKeyConstraint(
            "company_id", "month", "article_id", "channel", "currency", name=op.f("pk_sales_account_articles")
        ),
    )
    op.create_index("ix_sales_account_articles_month", "sales_account_articles", ["month"], unique=False)


def _sales_articles() -> None:
    op.create_table(
        "sales_articles",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.PrimaryKeyConstraint("month", "article_id", "channel", "currency", name=op.f("pk_sales_articles")),
    )


def _sales_article_months() -> None:
    op.create_table(
        "sales_article_months",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.PrimaryKeyConstraint("month", "article_id", "currency", name=op.f("pk_sales_article_months")),
    )


def _sales_marks() -> None:
    op.create_table(
        "sales_marks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_marks")),
    )
    op.create_index(op.f("ix_sales_marks_company_id"), "sales_marks", ["company_id"], unique=False)


def _sales_states() -> None:
    op.create_table(
        "sales_states",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_states")),
    )


def _saved_reports() -> None:
    op.create_table(
        "saved_reports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_saved_reports_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_reports_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reports")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_saved_reports_company_id_client_ref")),
    )
    op.create_index(op.f("ix_saved_reports_user_id"), "saved_reports", ["user_id"], unique=False)


def _report_schedules() -> None:
    op.create_table(
        "report_schedules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("rhythm", sa.String(length=8), nullable=False),
        sa.Column("on_day", sa.Integer(), server_default="1", nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("form IN ('csv', 'xlsx', 'pdf')", name=op.f("ck_report_schedules_form_known")),
        sa.CheckConstraint(
            "rhythm IN ('daily', 'workdays', 'weekly', 'monthly')", name=op.f("ck_report_schedules_rhythm_known")
        ),
        sa.CheckConstraint(
            "hour BETWEEN 0 AND 23 AND on_day BETWEEN 1 AND 31", name=op.f("ck_report_schedules_time_possible")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_report_schedules_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_report_schedules_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedules")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_report_schedules_company_id_client_ref")),
    )
    op.create_index(
        "ix_report_schedules_next_at",
        "report_schedules",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("NOT is_paused"),
    )
    op.create_index(op.f("ix_report_schedules_user_id"), "report_schedules", ["user_id"], unique=False)


def _report_recipients() -> None:
    op.create_table(
        "report_recipients",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_report_recipients_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["report_schedules.id"],
            name=op.f("fk_report_recipients_schedule_id_report_schedules"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_report_recipients_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_recipients")),
        sa.UniqueConstraint("schedule_id", "user_id", name=op.f("uq_report_recipients_schedule_id_user_id")),
    )
    op.create_index(op.f("ix_report_recipients_company_id"), "report_recipients", ["company_id"], unique=False)
    op.create_index(op.f("ix_report_recipients_user_id"), "report_recipients", ["user_id"], unique=False)


def _report_runs() -> None:
    op.create_table(
        "report_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("parameters", postgresql.JSONB(), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="waiting", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("form IN ('csv', 'xlsx', 'pdf')", name=op.f("ck_report_runs_form_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_report_runs_state_known")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_report_runs_company_id_companies")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_report_runs_file_id_files")),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["report_schedules.id"],
            name=op.f("fk_report_runs_schedule_id_report_schedules"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_report_runs_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_runs")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_report_runs_company_id_client_ref")),
        sa.UniqueConstraint(
            "schedule_id", "planned_at", "locale", name=op.f("uq_report_runs_schedule_id_planned_at_locale")
        ),
    )
    op.create_index(
        "ix_report_runs_due",
        "report_runs",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_index(op.f("ix_report_runs_file_id"), "report_runs", ["file_id"], unique=False)
    op.create_index(op.f("ix_report_runs_user_id"), "report_runs", ["user_id"], unique=False)


def downgrade() -> None:
    for table in _TABLES:
        for verb in _VERBS:
            op.execute(f"DROP TRIGGER mark_{table}_{verb.lower()} ON {table}")
        op.execute(f"DROP FUNCTION mark_{table}()")
    for table in (
        "report_runs", "report_recipients", "report_schedules", "saved_reports", "sales_states", "sales_marks",
        "sales_article_months", "sales_articles", "sales_account_articles", "sales_days",
    ):  # fmt: skip
        op.drop_table(table)
