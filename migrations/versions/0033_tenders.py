"""Tenders, their lots, participants and questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = (
    "tenders", "tender_lots", "tender_lines", "tender_targets", "tender_requirements", "tender_versions",
    "tender_documents", "tender_members", "tender_participants", "tender_interests", "tender_questions", "tender_askers",
)  # fmt: skip

ME = "current_setting('kontor.company_id')::bigint"
OWN = f"company_id = {ME}"
SEEN = "tender_id IN (SELECT tenders_of_supplier())"
ALL = "SELECT, INSERT, UPDATE, DELETE"

# What a supplier sees: published tenders that ask it, or that ask every supplier. The tables behind are not open to it,
# and policies of two tables may not ask each other: so a function of the owner.
TENDERS_OF_SUPPLIER = f"""
CREATE FUNCTION tenders_of_supplier() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT t.id FROM tenders t
    JOIN companies c ON c.id = {ME} AND c.kind = 'supplier' AND c.state = 'approved'
    WHERE t.published_at IS NOT NULL AND (
        t.visibility <> 'invited'
        OR EXISTS (SELECT FROM tender_participants p WHERE p.tender_id = t.id AND p.supplier_id = c.id))
$$"""

# A supplier may not lock a row that is not its own; it holds it so that state, version and deadline stay while it bids.
HOLD_TENDER = """
CREATE FUNCTION hold_tender(wanted bigint)
RETURNS TABLE (company_id bigint, number varchar, state varchar, version integer, question_end timestamptz,
               deadline timestamptz, at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF wanted NOT IN (SELECT tenders_of_supplier()) THEN
        RETURN;
    END IF;
    PERFORM 1 FROM tenders t WHERE t.id = wanted FOR SHARE;
    RETURN QUERY SELECT t.company_id, t.number, t.state, t.version, t.question_end, t.deadline, clock_timestamp()
        FROM tenders t WHERE t.id = wanted;
END $$"""

# A customer that runs a tender does not read the list of suppliers: it must know one by number, VAT id or address.
FIND_SUPPLIER = """
CREATE FUNCTION find_supplier(mark text) RETURNS TABLE (id bigint, name varchar, email varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.id, c.name, c.email FROM companies c
    WHERE c.kind = 'supplier' AND c.state = 'approved' AND NOT c.is_blocked AND trim(mark) <> '' AND (
        upper(c.code) = upper(trim(mark)) OR upper(c.vat_id) = upper(trim(mark)) OR lower(c.email) = lower(trim(mark))
        OR EXISTS (SELECT FROM memberships m JOIN users u ON u.id = m.user_id
                   WHERE m.company_id = c.id AND m.is_active AND u.email = lower(trim(mark))))
$$"""

# Of the given suppliers, those that can be asked: approved and not blocked.
ASKABLE_SUPPLIERS = """
CREATE FUNCTION askable_suppliers(wanted bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.id FROM companies c
    WHERE c.id = ANY (wanted) AND c.kind = 'supplier' AND c.state = 'approved' AND NOT c.is_blocked
$$"""

SUPPLIER_NAMED = """
CREATE FUNCTION supplier_named(wanted bigint) RETURNS TABLE (name varchar, email varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT c.name, c.email FROM companies c WHERE c.id = wanted AND c.kind = 'supplier'
$$"""

FUNCTIONS = {
    "tenders_of_supplier()": TENDERS_OF_SUPPLIER,
    "hold_tender(bigint)": HOLD_TENDER,
    "find_supplier(text)": FIND_SUPPLIER,
    "askable_suppliers(bigint[])": ASKABLE_SUPPLIERS,
    "supplier_named(bigint)": SUPPLIER_NAMED,
}


def _walls() -> list[str]:
    both = f"{OWN} OR {SEEN}"
    return [
        *secure(
            "tenders",
            tenant="SELECT, INSERT, UPDATE",
            select_condition=f"{OWN} OR id IN (SELECT tenders_of_supplier())",
        ),
        *secure("tender_lots", tenant=ALL, select_condition=both),
        *secure("tender_lines", tenant=ALL, select_condition=both),
        *secure("tender_targets", tenant=ALL),
        *secure("tender_requirements", tenant=ALL, select_condition=both),
        *secure("tender_versions", tenant="SELECT, INSERT", select_condition=both, operator="SELECT, INSERT"),
        *secure("tender_documents", tenant=ALL, select_condition=f"{OWN} OR (is_public AND {SEEN})"),
        *secure("tender_members", tenant=ALL),
        *secure(
            "tender_participants",
            tenant=ALL,
            select_condition=f"{OWN} OR supplier_id = {ME}",
            update_columns="state, email, note, decided_at, reason",
        ),
        (
            "CREATE POLICY tenant_insert_applicant ON tender_participants FOR INSERT TO kontor_tenant WITH CHECK"
            f" (supplier_id = {ME} AND state = 'applied' AND decided_at IS NULL AND {SEEN})"
        ),
        *secure(
            "tender_interests",
            tenant="SELECT, INSERT, UPDATE",
            condition=f"supplier_id = {ME} AND {SEEN}",
            select_condition=f"{OWN} OR supplier_id = {ME}",
            update_columns="seen_at, answer, answered_at, reason",
            operator="SELECT",
        ),
        *secure(
            "tender_questions",
            tenant="SELECT, UPDATE",
            select_condition=f"{OWN} OR (state = 'answered' AND {SEEN})"
            " OR id IN (SELECT question_id FROM tender_askers)",
            update_columns="state, answer, answered_at",
            operator="SELECT, UPDATE",
        ),
        "GRANT INSERT ON tender_questions TO kontor_tenant",
        (
            "CREATE POLICY tenant_insert ON tender_questions FOR INSERT TO kontor_tenant WITH CHECK"
            f" (state = 'open' AND answer = '' AND answered_at IS NULL AND {SEEN})"
        ),
        "GRANT USAGE ON SEQUENCE tender_questions_id_seq TO kontor_tenant",
        # nobody but the supplier that asked: no grant for the operator
        "ALTER TABLE tender_askers ENABLE ROW LEVEL SECURITY",
        "GRANT SELECT, INSERT ON tender_askers TO kontor_tenant",
        f"CREATE POLICY tenant_select ON tender_askers FOR SELECT TO kontor_tenant USING ({OWN})",
        f"CREATE POLICY tenant_insert ON tender_askers FOR INSERT TO kontor_tenant WITH CHECK ({OWN})",
    ]


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("tender_numbers")))
    op.create_table(
        "tenders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("buyer_name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="draft", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "currencies", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("vat_basis", sa.String(length=5), server_default="net", nullable=False),
        sa.Column("visibility", sa.String(length=10), server_default="invited", nullable=False),
        sa.Column("is_sealed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("envelopes", sa.Integer(), server_default="1", nullable=False),
        sa.Column("has_prequalification", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("has_auction", sa.String(length=7), server_default="none", nullable=False),
        sa.Column("award_mode", sa.String(length=6), server_default="lot", nullable=False),
        sa.Column("multi_sourcing", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("min_bids", sa.Integer(), server_default="1", nullable=False),
        sa.Column("value_ceiling", sa.String(length=7), server_default="none", nullable=False),
        sa.Column("standstill_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bid_validity_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("late_question_policy", sa.String(length=5), server_default="warn", nullable=False),
        sa.Column("amend_policy", sa.String(length=10), server_default="reconfirm", nullable=False),
        sa.Column("amend_lead_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("minimum_days", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opening", sa.String(length=9), server_default="auto", nullable=False),
        sa.Column("opening_quorum", sa.Integer(), server_default="0", nullable=False),
        sa.Column("show_bid_count", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("anonymise_losers", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("ranking", sa.String(length=8), server_default="price", nullable=False),
        sa.Column("price_weight", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.Column("has_blind_scores", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clarif_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivery_terms", sa.String(length=300), server_default="", nullable=False),
        sa.Column("payment_terms", sa.String(length=300), server_default="", nullable=False),
        sa.Column("bid_bond", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("deposit", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("bond_terms", sa.String(length=500), server_default="", nullable=False),
        sa.Column("contract_from", sa.Date(), nullable=True),
        sa.Column("contract_to", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_code", sa.String(length=30), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("contact_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("contact_email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("approved_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("copied_from_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "amend_policy IN ('invalidate', 'reconfirm', 'keep')", name=op.f("ck_tenders_amend_policy_known")
        ),
        sa.CheckConstraint("award_mode IN ('tender', 'lot', 'line')", name=op.f("ck_tenders_award_mode_known")),
        sa.CheckConstraint(
            "has_auction IN ('none', 'rounds', 'english', 'dutch')", name=op.f("ck_tenders_auction_known")
        ),
        sa.CheckConstraint("late_question_policy IN ('block', 'warn')", name=op.f("ck_tenders_late_questions_known")),
        sa.CheckConstraint("opening = 'auto' OR opening_quorum >= 1", name=op.f("ck_tenders_quorum_for_committee")),
        sa.CheckConstraint("opening IN ('auto', 'committee')", name=op.f("ck_tenders_opening_known")),
        sa.CheckConstraint("ranking IN ('price', 'points', 'features', 'cost')", name=op.f("ck_tenders_ranking_known")),
        sa.CheckConstraint("value_ceiling IN ('enforce', 'warn', 'none')", name=op.f("ck_tenders_ceiling_known")),
        sa.CheckConstraint("vat_basis IN ('net', 'gross')", name=op.f("ck_tenders_vat_basis_known")),
        sa.CheckConstraint(
            "visibility IN ('invited', 'registered', 'public')", name=op.f("ck_tenders_visibility_known")
        ),
        sa.CheckConstraint("envelopes IN (1, 2)", name=op.f("ck_tenders_envelopes_known")),
        sa.CheckConstraint("min_bids >= 1 AND opening_quorum >= 0", name=op.f("ck_tenders_counts_known")),
        sa.CheckConstraint(
            "standstill_days >= 0 AND bid_validity_days >= 0", name=op.f("ck_tenders_days_not_negative")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_tenders_author_id_users")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_tenders_company_id_companies")),
        sa.ForeignKeyConstraint(["copied_from_id"], ["tenders.id"], name=op.f("fk_tenders_copied_from_id_tenders")),
        sa.ForeignKeyConstraint(["parent_id"], ["tenders.id"], name=op.f("fk_tenders_parent_id_tenders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenders")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_tenders_company_id_client_ref")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_tenders_id_company_id")),
        sa.UniqueConstraint("number", name=op.f("uq_tenders_number")),
    )
    op.create_index(op.f("ix_tenders_author_id"), "tenders", ["author_id"], unique=False)
    op.create_index("ix_tenders_company_id_state", "tenders", ["company_id", "state", "id"], unique=False)
    op.create_index(
        "ix_tenders_copied_from_id",
        "tenders",
        ["copied_from_id"],
        unique=False,
        postgresql_where=sa.text("copied_from_id IS NOT NULL"),
    )
    op.create_index(
        "ix_tenders_open",
        "tenders",
        ["visibility", "id"],
        unique=False,
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_index(
        "ix_tenders_parent_id",
        "tenders",
        ["parent_id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_table(
        "tender_lots",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("step", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("state", sa.String(length=20), server_default="draft", nullable=False),
        sa.Column("suspended_from", sa.String(length=20), server_default="", nullable=False),
        sa.Column("auctioned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standstill_end", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("value > 0 AND step > 0", name=op.f("ck_tender_lots_amounts_positive")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_lots_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_lots")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_tender_lots_id_company_id")),
        sa.UniqueConstraint("tender_id", "number", name=op.f("uq_tender_lots_tender_id_number")),
    )
    op.create_table(
        "tender_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("specification", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("need_by", sa.Date(), nullable=True),
        sa.Column(
            "ship_to", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_tender_lines_quantity_positive")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_tender_lines_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_tender_lines_lot_id_company_id_tender_lots"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_lines_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_lines")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_tender_lines_id_company_id")),
        sa.UniqueConstraint("tender_id", "position", name=op.f("uq_tender_lines_tender_id_position")),
    )
    op.create_index("ix_tender_lines_article_id", "tender_lines", ["article_id"], unique=False)
    op.create_index("ix_tender_lines_lot_id", "tender_lines", ["lot_id"], unique=False)
    op.create_table(
        "tender_targets",
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.CheckConstraint("price > 0", name=op.f("ck_tender_targets_price_positive")),
        sa.ForeignKeyConstraint(
            ["line_id", "company_id"],
            ["tender_lines.id", "tender_lines.company_id"],
            name=op.f("fk_tender_targets_line_id_company_id_tender_lines"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_tender_targets")),
    )
    op.create_table(
        "tender_requirements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=11), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("answer_type", sa.String(length=6), server_default="yes_no", nullable=False),
        sa.Column("is_mandatory", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("weight", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.Column(
            "options", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("envelope", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "answer_type IN ('yes_no', 'text', 'number', 'date', 'file', 'choice')",
            name=op.f("ck_tender_requirements_answer_type_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('eligibility', 'document', 'technical', 'criterion', 'feature', 'cost')",
            name=op.f("ck_tender_requirements_kind_known"),
        ),
        sa.CheckConstraint("envelope IN (1, 2)", name=op.f("ck_tender_requirements_envelope_known")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_tender_requirements_weight_not_negative")),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_tender_requirements_lot_id_company_id_tender_lots"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_requirements_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_requirements")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_tender_requirements_id_company_id")),
    )
    op.create_index("ix_tender_requirements_lot_id", "tender_requirements", ["lot_id"], unique=False)
    op.create_index("ix_tender_requirements_tender_id", "tender_requirements", ["tender_id", "position"], unique=False)
    op.create_table(
        "tender_versions",
        sa.Column("tender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "changes", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_versions_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tender_id", "version", name=op.f("pk_tender_versions")),
    )
    op.create_table(
        "tender_documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_tender_documents_file_id_files")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_documents_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_documents")),
    )
    op.create_index("ix_tender_documents_file_id", "tender_documents", ["file_id"], unique=False)
    op.create_index("ix_tender_documents_tender_id", "tender_documents", ["tender_id", "id"], unique=False)
    op.create_table(
        "tender_members",
        sa.Column("tender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("duty", sa.String(length=9), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "duty IN ('evaluator', 'committee', 'reviewer', 'approver')", name=op.f("ck_tender_members_duty_known")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_members_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_tender_members_user_id_users")),
        sa.PrimaryKeyConstraint("tender_id", "user_id", "duty", name=op.f("pk_tender_members")),
    )
    op.create_index("ix_tender_members_user_id", "tender_members", ["user_id"], unique=False)
    op.create_table(
        "tender_participants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), server_default="", nullable=False),
        sa.Column("state", sa.String(length=8), server_default="invited", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('invited', 'applied', 'admitted', 'refused')", name=op.f("ck_tender_participants_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_tender_participants_supplier_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_participants_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_participants")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_tender_participants_id_company_id")),
        sa.UniqueConstraint("tender_id", "supplier_id", name=op.f("uq_tender_participants_tender_id_supplier_id")),
    )
    op.create_index(
        "ix_tender_participants_supplier_id", "tender_participants", ["supplier_id", "tender_id"], unique=False
    )
    op.create_table(
        "tender_interests",
        sa.Column("tender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("answer", sa.String(length=8), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint("answer IN ('', 'intends', 'declined')", name=op.f("ck_tender_interests_answer_known")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_tender_interests_supplier_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_interests_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tender_id", "supplier_id", name=op.f("pk_tender_interests")),
    )
    op.create_index("ix_tender_interests_supplier_id", "tender_interests", ["supplier_id"], unique=False)
    op.create_table(
        "tender_questions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("state", sa.String(length=9), server_default="open", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'answered', 'dismissed')", name=op.f("ck_tender_questions_state_known")),
        sa.ForeignKeyConstraint(
            ["line_id", "company_id"],
            ["tender_lines.id", "tender_lines.company_id"],
            name=op.f("fk_tender_questions_line_id_company_id_tender_lines"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_tender_questions_lot_id_company_id_tender_lots"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_questions_tender_id_company_id_tenders"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_questions")),
    )
    op.create_index("ix_tender_questions_line_id", "tender_questions", ["line_id"], unique=False)
    op.create_index("ix_tender_questions_lot_id", "tender_questions", ["lot_id"], unique=False)
    op.create_index("ix_tender_questions_tender_id", "tender_questions", ["tender_id", "id"], unique=False)
    op.create_table(
        "tender_askers",
        sa.Column("question_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_tender_askers_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["tender_questions.id"],
            name=op.f("fk_tender_askers_question_id_tender_questions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_tender_askers")),
    )
    op.create_index(op.f("ix_tender_askers_company_id"), "tender_askers", ["company_id"], unique=False)

    op.execute("GRANT USAGE ON SEQUENCE tender_numbers TO kontor_tenant, kontor_operator")
    for name, source in FUNCTIONS.items():
        op.execute(source)
        op.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name} TO kontor_tenant, kontor_operator")
    for statement in _walls():
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table} CASCADE")  # policies of the others name some of them
    for name in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {name}")
    op.execute(sa.schema.DropSequence(sa.Sequence("tender_numbers")))
