"""How printed documents look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_layouts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("name", sa.String(80), server_default="", nullable=False),
        sa.Column("is_name_shown", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_german", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("above", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("below", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("foot", sa.Text(), server_default="", nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.String(20), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name=op.f("ck_document_layouts_colour_known")),
        sa.CheckConstraint("(logo IS NULL) = (logo_type = '')", name=op.f("ck_document_layouts_logo_whole")),
        sa.ForeignKeyConstraint(
            ["entity_id"], ["legal_entities.id"], name=op.f("fk_document_layouts_entity_id_legal_entities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_layouts")),
        sa.UniqueConstraint(
            "entity_id", name=op.f("uq_document_layouts_entity_id"), postgresql_nulls_not_distinct=True
        ),
    )
    # Papers are made in the scope of the customer who asks for them, too: the look is no secret.
    for statement in secure("document_layouts", tenant="SELECT", condition="true", operator="SELECT, INSERT, UPDATE"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("document_layouts")
