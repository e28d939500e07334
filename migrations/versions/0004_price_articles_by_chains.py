"""Price lists, chains, VAT rates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chains",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("strategy", sa.String(length=6), server_default="merge", nullable=False),
        sa.Column("is_default", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("strategy IN ('lowest', 'merge', 'first')", name=op.f("ck_chains_strategy_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chains")),
        sa.UniqueConstraint("code", name=op.f("uq_chains_code")),
    )
    op.create_index(
        "uq_chains_one_default", "chains", ["is_default"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_table(
        "price_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("old_price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("old_base_quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("held_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("new_base_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_changes")),
    )
    op.create_index(
        "ix_price_changes_article_id_price_list_id", "price_changes", ["article_id", "price_list_id"], unique=False
    )
    op.create_index("ix_price_changes_price_list_id_id", "price_changes", ["price_list_id", "id"])
    op.create_table(
        "price_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_gross", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("entry_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_lists")),
        sa.UniqueConstraint("code", name=op.f("uq_price_lists_code")),
    )
    op.create_table(
        "vat_rates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("vat_class", sa.String(length=12), nullable=False),
        sa.Column("rate", sa.Numeric(precision=6, scale=3), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint("rate >= 0 AND rate <= 100", name=op.f("ck_vat_rates_rate_is_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vat_rates")),
        sa.UniqueConstraint(
            "country", "vat_class", "valid_from", name=op.f("uq_vat_rates_country_vat_class_valid_from")
        ),
    )
    op.create_table(
        "account_chains",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["chains.id"], name=op.f("fk_account_chains_chain_id_chains")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_account_chains_company_id_companies")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_account_chains")),
    )
    op.create_index(op.f("ix_account_chains_chain_id"), "account_chains", ["chain_id"], unique=False)
    op.create_table(
        "chain_lists",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("may_merge", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["chain_id"], ["chains.id"], name=op.f("fk_chain_lists_chain_id_chains"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"], ["price_lists.id"], name=op.f("fk_chain_lists_price_list_id_price_lists")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_lists")),
        sa.UniqueConstraint("chain_id", "position", name=op.f("uq_chain_lists_chain_id_position")),
        sa.UniqueConstraint("chain_id", "price_list_id", name=op.f("uq_chain_lists_chain_id_price_list_id")),
    )
    op.create_table(
        "price_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("price_list_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("held_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("base_quantity > 0", name=op.f("ck_price_entries_base_quantity_positive")),
        sa.CheckConstraint("min_quantity >= 0", name=op.f("ck_price_entries_min_quantity_not_negative")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_price_entries_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_price_entries_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["price_list_id"],
            ["price_lists.id"],
            name=op.f("fk_price_entries_price_list_id_price_lists"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_entries")),
        sa.CheckConstraint("valid_from < valid_to", name=op.f("ck_price_entries_validity_not_empty")),
    )
    op.create_index(
        "uq_price_entries_slot",
        "price_entries",
        ["price_list_id", "article_id", "unit", "min_quantity", "valid_from"],
        unique=True,
        postgresql_include=["price", "base_quantity", "valid_to"],
        postgresql_nulls_not_distinct=True,
    )
    op.execute(
        """
        CREATE FUNCTION visible_chain() RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
            SELECT coalesce(
                (SELECT chain_id FROM account_chains
                 WHERE company_id = current_setting('kontor.company_id')::bigint),
                (SELECT id FROM chains WHERE is_default)
            )
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION visible_price_lists() RETURNS SETOF bigint
        LANGUAGE sql STABLE SECURITY DEFINER ROWS 10 SET search_path = public AS $$
            SELECT price_list_id FROM chain_lists WHERE chain_id = visible_chain()
        $$
        """
    )
    for statement in (
        *secure("price_lists", tenant="SELECT", condition="id IN (SELECT visible_price_lists())"),
        *secure("price_entries", tenant="SELECT", condition="price_list_id IN (SELECT visible_price_lists())"),
        *secure("chains", tenant="SELECT", condition="id = visible_chain()"),
        *secure("chain_lists", tenant="SELECT", condition="chain_id = visible_chain()"),
        *secure("account_chains", tenant="SELECT"),
        *secure("vat_rates", tenant="SELECT", condition="true"),
        *secure("price_changes", operator="SELECT, INSERT"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("uq_price_entries_slot", table_name="price_entries")
    op.drop_table("price_entries")
    op.drop_table("chain_lists")
    op.drop_index(op.f("ix_account_chains_chain_id"), table_name="account_chains")
    op.drop_table("account_chains")
    op.drop_table("vat_rates")
    op.drop_table("price_lists")
    op.drop_index("ix_price_changes_article_id_price_list_id", table_name="price_changes")
    op.drop_table("price_changes")
    op.drop_index("uq_chains_one_default", table_name="chains", postgresql_where=sa.text("is_default"))
    op.drop_table("chains")
    op.execute("DROP FUNCTION visible_price_lists()")
    op.execute("DROP FUNCTION visible_chain()")
