"""What is due to reorder, and what is not wanted any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.policies import secure

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def _company_and_article(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f(f"fk_{table}_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f(f"fk_{table}_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("company_id", "article_id", name=op.f(f"pk_{table}")),
    )


def upgrade() -> None:
    op.create_table(
        "reorder_suggestions",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        *_company_and_article("reorder_suggestions"),
    )
    op.create_index("ix_reorder_suggestions_on_day", "reorder_suggestions", ["on_day"])
    op.create_index(op.f("ix_reorder_suggestions_article_id"), "reorder_suggestions", ["article_id"])
    op.create_table(
        "reorder_dismissals",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reorder_dismissals_user_id_users")),
        *_company_and_article("reorder_dismissals"),
    )
    op.create_index(op.f("ix_reorder_dismissals_article_id"), "reorder_dismissals", ["article_id"])
    op.create_index(op.f("ix_reorder_dismissals_user_id"), "reorder_dismissals", ["user_id"])
    for statement in (
        *secure("reorder_suggestions", tenant="SELECT"),
        *secure("reorder_dismissals", tenant="SELECT, INSERT, DELETE"),
    ):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("reorder_dismissals")
    op.drop_table("reorder_suggestions")
