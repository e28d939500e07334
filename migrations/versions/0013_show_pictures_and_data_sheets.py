"""Pictures, attachments, own fields, hazard and origin of articles."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_EMPTY = sa.text("'{}'::jsonb")


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), server_default=_EMPTY, nullable=False)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def upgrade() -> None:
    op.add_column("articles", sa.Column("origin_country", sa.String(length=2), server_default="", nullable=False))
    op.add_column("articles", sa.Column("customs_code", sa.String(length=12), server_default="", nullable=False))
    op.add_column("articles", _json("hazard"))
    op.add_column("articles", _json("custom"))
    op.add_column("articles", sa.Column("picture", sa.String(length=64), server_default="", nullable=False))
    op.drop_constraint(op.f("ck_articles_status_known"), "articles", type_="check")
    op.create_check_constraint(
        op.f("ck_articles_status_known"), "articles", "status IN ('active', 'run_out', 'discontinued')"
    )
    op.create_index("ix_articles_run_out", "articles", ["id"], postgresql_where=sa.text("status = 'run_out'"))
    op.create_index("ix_audit_entries_object_id", "audit_entries", ["object_id", "object_type", "id"])
    _media()
    op.create_table(
        "custom_fields",
        _id(),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        _json("names"),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('text', 'number', 'flag', 'day')", name=op.f("ck_custom_fields_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_fields")),
        sa.UniqueConstraint("code", name=op.f("uq_custom_fields_code")),
    )
    _bulk()
    _imports()
    for statement in (
        *secure("article_pictures", tenant="SELECT", condition="true"),
        *secure("article_attachments", tenant="SELECT", condition="true"),
        *secure("custom_fields", tenant="SELECT", condition="true"),
        *secure("bulk_edits"),
        *secure("bulk_edit_rows"),
        *secure("media_imports"),
        *secure("media_import_rows"),
    ):
        op.execute(statement)


def _media() -> None:
    op.create_table(
        "article_pictures",
        _id(),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        _json("alt"),
        _json("sizes"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_article_pictures_size_positive")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_pictures_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_article_pictures_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_pictures")),
        sa.UniqueConstraint("article_id", "sha256", name=op.f("uq_article_pictures_article_id_sha256")),
    )
    op.create_index("ix_article_pictures_file_id", "article_pictures", ["file_id"])
    op.create_index("ix_article_pictures_sha256", "article_pictures", ["sha256"])
    op.create_index(
        "ix_article_pictures_due_at", "article_pictures", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_table(
        "article_attachments",
        _id(),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("title", sa.String(length=200), server_default="", nullable=False),
        sa.Column("language", sa.String(length=2), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('data_sheet', 'certificate', 'manual', 'other')", name=op.f("ck_article_attachments_kind_known")
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_article_attachments_validity_in_order")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_attachments_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_article_attachments_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_attachments")),
        sa.UniqueConstraint(
            "article_id",
            "sha256",
            "kind",
            "language",
            name=op.f("uq_article_attachments_article_id_sha256_kind_language"),
        ),
    )
    op.create_index("ix_article_attachments_file_id", "article_attachments", ["file_id"])
    op.create_index(
        "ix_article_attachments_valid_to",
        "article_attachments",
        ["valid_to"],
        postgresql_where=sa.text("valid_to IS NOT NULL"),
    )


def _bulk() -> None:
    op.create_table(
        "bulk_edits",
        _id(),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state", sa.String(length=6), server_default="chosen", nullable=False),
        sa.Column("article_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("field", sa.String(length=60), server_default="", nullable=False),
        _json("value"),
        sa.Column("changed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('chosen', 'done', 'undone')", name=op.f("ck_bulk_edits_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_edits")),
    )
    op.create_index("ix_bulk_edits_chosen", "bulk_edits", ["created_at"], postgresql_where=sa.text("state = 'chosen'"))
    op.create_table(
        "bulk_edit_rows",
        sa.Column("bulk_edit_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_bulk_edit_rows_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["bulk_edit_id"],
            ["bulk_edits.id"],
            name=op.f("fk_bulk_edit_rows_bulk_edit_id_bulk_edits"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("bulk_edit_id", "article_id", name=op.f("pk_bulk_edit_rows")),
    )
    op.create_index("ix_bulk_edit_rows_article_id", "bulk_edit_rows", ["article_id"])


def _imports() -> None:
    op.create_table(
        "media_imports",
        _id(),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=7), server_default="waiting", nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("next_row", sa.Integer(), server_default="1", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed')", name=op.f("ck_media_imports_state_known")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_media_imports_file_id_files")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_imports")),
    )
    op.create_index("ix_media_imports_file_id", "media_imports", ["file_id"])
    op.create_index(
        "ix_media_imports_due_at", "media_imports", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_table(
        "media_import_rows",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("sku", sa.String(length=60), server_default="", nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("message", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "state IN ('created', 'changed', 'same', 'refused')", name=op.f("ck_media_import_rows_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["media_imports.id"],
            name=op.f("fk_media_import_rows_import_id_media_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_media_import_rows")),
    )
    op.create_index(
        "ix_media_import_rows_refused",
        "media_import_rows",
        ["import_id", "row"],
        postgresql_where=sa.text("state = 'refused'"),
    )


def downgrade() -> None:
    for table in (
        "media_import_rows", "media_imports", "bulk_edit_rows", "bulk_edits", "custom_fields", "article_attachments",
        "article_pictures",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_audit_entries_object_id", table_name="audit_entries")
    op.drop_index("ix_articles_run_out", table_name="articles", postgresql_where=sa.text("status = 'run_out'"))
    op.drop_constraint(op.f("ck_articles_status_known"), "articles", type_="check")
    op.execute("UPDATE articles SET status = 'discontinued' WHERE status = 'run_out'")
    op.create_check_constraint(op.f("ck_articles_status_known"), "articles", "status IN ('active', 'discontinued')")
    for column in ("picture", "custom", "hazard", "customs_code", "origin_country"):
        op.drop_column("articles", column)
