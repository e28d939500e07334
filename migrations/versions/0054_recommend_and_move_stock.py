"""Recommend and move stock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_TABLES = (
    "article_pairs", "article_suggestions", "night_runs", "article_forecasts", "account_forecasts", "stock_standings",
    "clearance_proposals", "clearance_accounts",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "article_pairs",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accounts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("source", sa.String(length=9), server_default="orders", nullable=False),
        sa.CheckConstraint(
            "kind IN ('together', 'substitute', 'complement')", name=op.f("ck_article_pairs_kind_known")
        ),
        sa.CheckConstraint(
            "source IN ('orders', 'successor', 'variant', 'alike')", name=op.f("ck_article_pairs_source_known")
        ),
        sa.CheckConstraint("article_id <> other_id", name=op.f("ck_article_pairs_two_articles")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_pairs_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["articles.id"], name=op.f("fk_article_pairs_other_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", "kind", "other_id", name=op.f("pk_article_pairs")),
    )
    op.create_index("ix_article_pairs_other_id", "article_pairs", ["other_id"], unique=False)
    op.create_table(
        "article_suggestions",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.Column("near_id", sa.BigInteger(), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_suggestions_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_article_suggestions_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["near_id"], ["articles.id"], name=op.f("fk_article_suggestions_near_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("company_id", "article_id", name=op.f("pk_article_suggestions")),
    )
    op.create_index(op.f("ix_article_suggestions_article_id"), "article_suggestions", ["article_id"], unique=False)
    op.create_index(op.f("ix_article_suggestions_near_id"), "article_suggestions", ["near_id"], unique=False)
    op.create_index(op.f("ix_article_suggestions_on_day"), "article_suggestions", ["on_day"], unique=False)
    op.create_table(
        "night_runs",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_night_runs")),
    )
    op.create_table(
        "article_forecasts",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("weekly", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("next_4", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("next_13", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("weeks", sa.SmallInteger(), nullable=False),
        sa.Column("wape", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("mase", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("bias", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "method IN ('sba', 'tsb', 'ses', 'average', 'seasonal', 'rhythm')",
            name=op.f("ck_article_forecasts_method_known"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_forecasts_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_forecasts")),
    )
    op.create_index(op.f("ix_article_forecasts_on_day"), "article_forecasts", ["on_day"], unique=False)
    op.create_table(
        "account_forecasts",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("next_4", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("next_13", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("wape", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("mase", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("bias", sa.Numeric(precision=12, scale=4), nullable=True),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "method IN ('sba', 'tsb', 'ses', 'average', 'seasonal', 'rhythm')",
            name=op.f("ck_account_forecasts_method_known"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_account_forecasts_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_account_forecasts_company_id_companies")
        ),
        sa.PrimaryKeyConstraint("company_id", "article_id", name=op.f("pk_account_forecasts")),
    )
    op.create_index(op.f("ix_account_forecasts_article_id"), "account_forecasts", ["article_id"], unique=False)
    op.create_index(op.f("ix_account_forecasts_on_day"), "account_forecasts", ["on_day"], unique=False)
    op.create_table(
        "stock_standings",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("on_hand", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("last_in_on", sa.Date(), nullable=True),
        sa.Column("last_out_on", sa.Date(), nullable=True),
        sa.Column("sold_90", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("sold_365", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("daily", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("cover_days", sa.Integer(), nullable=True),
        sa.Column("abc", sa.String(length=1), server_default="", nullable=False),
        sa.Column("xyz", sa.String(length=1), server_default="", nullable=False),
        sa.Column("standing", sa.String(length=6), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.CheckConstraint("abc IN ('A', 'B', 'C', '')", name=op.f("ck_stock_standings_abc_known")),
        sa.CheckConstraint(
            "standing IN ('moving', 'new', 'slow', 'dead')", name=op.f("ck_stock_standings_standing_known")
        ),
        sa.CheckConstraint("xyz IN ('X', 'Y', 'Z', '')", name=op.f("ck_stock_standings_xyz_known")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_stock_standings_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_stock_standings")),
    )
    op.create_index(op.f("ix_stock_standings_on_day"), "stock_standings", ["on_day"], unique=False)
    op.create_index("ix_stock_standings_standing_value", "stock_standings", ["standing", "value"], unique=False)
    op.create_table(
        "clearance_proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), server_default="proposed", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("stock_then", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "offers", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.CheckConstraint(
            "(state = 'offered') = (offered_at IS NOT NULL)", name=op.f("ck_clearance_proposals_offered_once")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'offered', 'dropped')", name=op.f("ck_clearance_proposals_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_clearance_proposals_article_id_articles")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearance_proposals")),
        sa.UniqueConstraint("client_ref", name=op.f("uq_clearance_proposals_client_ref")),
    )
    op.create_index("ix_clearance_proposals_article_id", "clearance_proposals", ["article_id"], unique=False)
    op.create_index("ix_clearance_proposals_state_id", "clearance_proposals", ["state", "id"], unique=False)
    op.create_table(
        "clearance_accounts",
        sa.Column("proposal_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("likely", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("percent", sa.Numeric(precision=6, scale=3), nullable=False),
        sa.Column("price_now", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("price_then", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("usual_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.CheckConstraint("likely BETWEEN 0 AND 1000", name=op.f("ck_clearance_accounts_likely_of_thousand")),
        sa.CheckConstraint("percent > 0 AND percent < 100", name=op.f("ck_clearance_accounts_percent_possible")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_clearance_accounts_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["clearance_proposals.id"],
            name=op.f("fk_clearance_accounts_proposal_id_clearance_proposals"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "company_id", name=op.f("pk_clearance_accounts")),
    )
    op.create_index(op.f("ix_clearance_accounts_company_id"), "clearance_accounts", ["company_id"], unique=False)

    statements = [
        *secure("article_pairs", tenant="SELECT", condition="true"),
        *secure("article_suggestions", tenant="SELECT"),
    ]
    for table in _TABLES[2:]:
        statements += secure(table)
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
