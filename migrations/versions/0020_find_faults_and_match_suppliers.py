"""Faults of the catalogue, articles of suppliers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier_articles",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("number_key", sa.String(60), nullable=False),
        sa.Column("name", sa.String(300), server_default="", nullable=False),
        sa.Column("brand", sa.String(100), server_default="", nullable=False),
        sa.Column("mpn", sa.String(80), server_default="", nullable=False),
        sa.Column("gtin", sa.String(14), server_default="", nullable=False),
        sa.Column("unit", sa.String(3), server_default="", nullable=False),
        sa.Column("price", sa.Numeric(18, 6), nullable=True),
        sa.Column("currency", sa.String(3), server_default="", nullable=False),
        sa.Column("state", sa.String(7), server_default="open", nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("proposal_id", sa.BigInteger(), nullable=True),
        sa.Column("confidence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('open', 'matched', 'ignored')", name=op.f("ck_supplier_articles_state_known")),
        sa.CheckConstraint(
            "(state = 'matched') = (article_id IS NOT NULL)", name=op.f("ck_supplier_articles_matched_to_one")
        ),
        sa.CheckConstraint("confidence BETWEEN 0 AND 100", name=op.f("ck_supplier_articles_confidence_is_percent")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_supplier_articles_price_not_negative")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_supplier_articles_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_supplier_articles_company_id_companies")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_supplier_articles_decided_by_id_users")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["articles.id"],
            name=op.f("fk_supplier_articles_proposal_id_articles"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_articles")),
        sa.UniqueConstraint("company_id", "number_key", name=op.f("uq_supplier_articles_company_id_number_key")),
    )
    op.create_index(
        "ix_supplier_articles_company_id_state", "supplier_articles", ["company_id", "state", "confidence", "id"]
    )
    op.create_index(
        "ix_supplier_articles_article_id", "supplier_articles", ["article_id"],
        postgresql_where=sa.text("article_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(
        "ix_supplier_articles_proposal_id", "supplier_articles", ["proposal_id"],
        postgresql_where=sa.text("proposal_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(op.f("ix_supplier_articles_decided_by_id"), "supplier_articles", ["decided_by_id"])
    op.create_index(
        "ix_articles_mpn_plain", "articles", [sa.text("upper(regexp_replace(mpn, '[^0-9A-Za-z]', '', 'g'))")],
        postgresql_where=sa.text("mpn <> ''"),
    )  # fmt: skip
    op.create_index(
        "ix_price_entries_list_price", "price_entries", ["price_list_id", sa.text("(price / base_quantity)")]
    )
    op.create_table(
        "accepted_faults",
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(200), server_default="", nullable=False),
        sa.Column("note", sa.String(300), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_accepted_faults_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_accepted_faults_user_id_users")),
        sa.PrimaryKeyConstraint("kind", "article_id", "key", name=op.f("pk_accepted_faults")),
    )
    op.create_index(op.f("ix_accepted_faults_article_id"), "accepted_faults", ["article_id"])
    op.create_index(op.f("ix_accepted_faults_user_id"), "accepted_faults", ["user_id"])
    op.create_table(
        "fault_counts",
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_fault_counts")),
    )
    for statement in (
        *secure("supplier_articles", tenant="SELECT"),
        *secure("accepted_faults"),
        *secure("fault_counts"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("fault_counts")
    op.drop_table("accepted_faults")
    op.drop_index("ix_price_entries_list_price", table_name="price_entries")
    op.drop_index("ix_articles_mpn_plain", table_name="articles")
    op.drop_table("supplier_articles")
