"""Chains of events, timers and quotes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TABLES = (
    "event_chains", "sourcing_events", "timers", "quotes", "quote_lines", "quote_versions", "quote_offers",
    "quote_counters", "quote_choices", "quote_releases", "quote_messages", "quote_files",
)  # fmt: skip
_SHOWN = f"{OWN} AND quote_id IN (SELECT id FROM quotes)"
_COMPANY = "current_setting('kontor.company_id')::bigint"
_OPENED = "CASE WHEN owner_tag = '' THEN true ELSE sealed_events_open(object_id) END"
# A tenant reads its own chain without what is internal or sealed, and its own rows in the chains of others.
_READER = f"""CASE
    WHEN owner_tag = '' THEN (company_id = {_COMPANY} AND NOT is_internal) OR supplier_id = {_COMPANY}
    WHEN owner_tag = current_setting('kontor.owner_tag', true) THEN true
    ELSE company_id = {_COMPANY} AND sealed_events_open(object_id) END"""

# Bodies in PL/pgSQL are read when they run: the table of tenders comes with the next migration.
_FUNCTIONS = (
    """
    CREATE FUNCTION sealed_events_open(tender bigint) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public AS $$
    BEGIN
        RETURN EXISTS (SELECT FROM tenders t WHERE t.id = tender AND t.opened_at IS NOT NULL);
    END $$
    """,
    """
    CREATE FUNCTION lock_event_chain(kind text, object bigint, company bigint, tag text)
    RETURNS TABLE (length integer, head bytea, at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE
        owner bigint;
        chain event_chains%ROWTYPE;
    BEGIN
        IF kind = 'quote' THEN
            SELECT q.company_id INTO owner FROM quotes q WHERE q.id = object;
        ELSE
            SELECT t.company_id INTO owner FROM tenders t WHERE t.id = object;
        END IF;
        IF owner IS DISTINCT FROM company THEN
            RAISE EXCEPTION 'no such chain' USING ERRCODE = 'insufficient_privilege';
        END IF;
        INSERT INTO event_chains AS c (object_type, object_id, owner_tag, company_id, length, head)
        VALUES (kind, object, tag, company, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
        SELECT * INTO chain FROM event_chains c
        WHERE c.object_type = kind AND c.object_id = object AND c.owner_tag = tag FOR UPDATE;
        length := chain.length;
        head := chain.head;
        at := clock_timestamp();
        RETURN NEXT;
    END $$
    """,
    """
    CREATE FUNCTION append_sourcing_event(kind text, object bigint, company bigint, tag text, content text)
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    DECLARE
        data jsonb := content::jsonb;
        chain event_chains%ROWTYPE;
        moment timestamptz := (data ->> 'at')::timestamptz;
        supplier bigint := (data ->> 'supplier')::bigint;
        reader bigint := current_setting('kontor.company_id')::bigint;
        link bytea;
    BEGIN
        SELECT * INTO chain FROM event_chains c
        WHERE c.object_type = kind AND c.object_id = object AND c.owner_tag = tag FOR UPDATE;
        IF chain.company_id IS DISTINCT FROM company OR data ->> 'object' <> kind || ':' || object
           OR moment > clock_timestamp() OR moment < clock_timestamp() - interval '1 minute' THEN
            RAISE EXCEPTION 'this event does not belong here' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF current_setting('role') <> 'kontor_operator' AND company <> reader AND NOT (
               kind = 'tender' AND data ->> 'role' = 'supplier' AND (tag <> '' OR coalesce(supplier, reader) = reader)
           ) THEN
            RAISE EXCEPTION 'no right to append' USING ERRCODE = 'insufficient_privilege';
        END IF;
        link := sha256(chain.head || convert_to(content, 'UTF8'));
        INSERT INTO sourcing_events (
            company_id, object_type, object_id, owner_tag, sequence, at, user_id, actor, on_behalf, role, event,
            from_state, to_state, changes, reason, supplier_id, is_internal, content, previous_hash, hash
        ) VALUES (
            company, kind, object, tag, chain.length + 1, moment, (data ->> 'user')::bigint, data ->> 'actor',
            data ->> 'on_behalf', data ->> 'role', data ->> 'event', data ->> 'from', data ->> 'to', data -> 'changes',
            data ->> 'reason', supplier, (data ->> 'internal')::boolean, content, chain.head, link
        );
        UPDATE event_chains c SET length = chain.length + 1, head = link
        WHERE c.object_type = kind AND c.object_id = object AND c.owner_tag = tag;
        RETURN chain.length + 1;
    END $$
    """,
    # What nobody may read can still be checked: names the tenders whose sealed chains do not hold, no more.
    """
    CREATE FUNCTION broken_sealed_chains() RETURNS TABLE (object_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
        WITH walked AS (
            SELECT e.object_type, e.object_id, e.owner_tag, e.sequence, e.hash,
                   e.hash = sha256(e.previous_hash || convert_to(e.content, 'UTF8'))
                   AND e.previous_hash = lag(e.hash, 1, decode(repeat('00', 32), 'hex')) OVER chain
                   AND e.sequence = row_number() OVER chain AS holds
            FROM sourcing_events e WHERE e.owner_tag <> ''
            WINDOW chain AS (PARTITION BY e.object_type, e.object_id, e.owner_tag ORDER BY e.sequence)
        )
        SELECT DISTINCT c.object_id FROM event_chains c
        WHERE c.owner_tag <> '' AND (
            EXISTS (SELECT FROM walked w WHERE w.object_id = c.object_id AND w.owner_tag = c.owner_tag AND NOT w.holds)
            OR c.length <> (SELECT count(*) FROM walked w WHERE w.object_id = c.object_id AND w.owner_tag = c.owner_tag)
            OR c.length > 0 AND NOT EXISTS (
                SELECT FROM walked w WHERE w.object_id = c.object_id AND w.owner_tag = c.owner_tag
                                       AND w.sequence = c.length AND w.hash = c.head
            )
        )
        UNION
        SELECT w.object_id FROM walked w WHERE NOT EXISTS (
            SELECT FROM event_chains c WHERE c.object_id = w.object_id AND c.owner_tag = w.owner_tag
        )
    $$
    """,
    """
    CREATE FUNCTION keep_sent_quotes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_TABLE_NAME = 'quote_offers' THEN
            IF NOT EXISTS (SELECT FROM quote_versions v WHERE v.id = OLD.version_id AND v.sent_at IS NOT NULL) THEN
                RETURN coalesce(NEW, OLD);
            END IF;
        ELSIF OLD.sent_at IS NULL THEN
            RETURN coalesce(NEW, OLD);
        ELSIF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'file_id' = to_jsonb(NEW) - 'file_id' THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a sent version of a quote does not change' USING ERRCODE = 'check_violation';
    END $$
    """,
)
_SIGNATURES = (
    "sealed_events_open(bigint)",
    "lock_event_chain(text, bigint, bigint, text)",
    "append_sourcing_event(text, bigint, bigint, text, text)",
    "broken_sealed_chains()",
    "keep_sent_quotes()",
)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE quote_numbers")
    for step in (_chains, _requests, _lines, _versions, _decisions, _words):
        step()
    for function in _FUNCTIONS:
        op.execute(function)
    for signature in _SIGNATURES[:4]:
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    for signature in _SIGNATURES[:3]:
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO kontor_operator, kontor_tenant")
    op.execute(f"GRANT EXECUTE ON FUNCTION {_SIGNATURES[3]} TO kontor_operator")
    for table in ("quote_versions", "quote_offers"):
        op.execute(
            f"CREATE TRIGGER {table}_are_kept BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_sent_quotes()"
        )
    for statement in _rights():
        op.execute(statement)


def _rights() -> list[str]:
    found = ["GRANT USAGE ON SEQUENCE quote_numbers TO kontor_tenant, kontor_operator"]
    own = f"{_OPENED} AND {OWN}"
    for table, reader in (("event_chains", own), ("sourcing_events", _READER)):
        found += [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"GRANT SELECT ON {table} TO kontor_operator, kontor_tenant",
            f"CREATE POLICY operator_select ON {table} FOR SELECT TO kontor_operator USING ({_OPENED})",
            f"CREATE POLICY tenant_select ON {table} FOR SELECT TO kontor_tenant USING ({reader})",
        ]
    said = f"{OWN} AND NOT is_internal"
    shown = f"{_SHOWN} AND NOT is_internal"
    found += [
        *secure("timers", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("quotes", tenant="SELECT, INSERT, UPDATE", condition=f"{OWN} AND NOT is_hidden",
                operator="SELECT, INSERT, UPDATE"),
        *secure("quote_lines", tenant="SELECT, INSERT, UPDATE, DELETE", select_condition=_SHOWN,
                update_columns="list_price, list_base_quantity"),
        *secure("quote_versions", tenant="SELECT", condition=f"{OWN} AND sent_at IS NOT NULL"),
        *secure("quote_offers", tenant="SELECT", condition=f"{OWN} AND version_id IN (SELECT id FROM quote_versions)"),
        *secure("quote_counters", tenant="SELECT, INSERT", operator="SELECT, INSERT"),
        *secure("quote_choices", tenant="SELECT, INSERT", operator="SELECT, INSERT"),
        *secure("quote_releases", operator="SELECT, INSERT, UPDATE"),
        *secure("quote_messages", tenant="SELECT, INSERT", condition=said, select_condition=shown,
                operator="SELECT, INSERT"),
        *secure("quote_files", tenant="SELECT, INSERT, DELETE", condition=said, select_condition=shown,
                operator="SELECT, INSERT, DELETE"),
    ]  # fmt: skip
    return found


def _chains() -> None:
    op.create_table(
        "event_chains",
        sa.Column("object_type", sa.String(length=6), nullable=False),
        sa.Column("object_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_tag", sa.String(length=64), server_default="", nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), server_default="0", nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("object_type IN ('quote', 'tender')", name=op.f("ck_event_chains_object_type_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_event_chains_company_id_companies")),
        sa.PrimaryKeyConstraint("object_type", "object_id", "owner_tag", name=op.f("pk_event_chains")),
    )
    op.create_index(op.f("ix_event_chains_company_id"), "event_chains", ["company_id"])
    op.create_table(
        "sourcing_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("object_type", sa.String(length=6), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_tag", sa.String(length=64), server_default="", nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.String(length=200), server_default="", nullable=False),
        sa.Column("on_behalf", sa.String(length=200), server_default="", nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=24), server_default="", nullable=False),
        sa.Column("to_state", sa.String(length=24), nullable=False),
        sa.Column("changes", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("is_internal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_sourcing_events_company_id_companies")),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["companies.id"], name=op.f("fk_sourcing_events_supplier_id_companies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sourcing_events")),
    )
    op.create_index("ix_sourcing_events_company_id", "sourcing_events", ["company_id"])
    op.create_index(
        "ix_sourcing_events_supplier_id",
        "sourcing_events",
        ["supplier_id"],
        postgresql_where=sa.text("supplier_id IS NOT NULL"),
    )
    op.create_index(
        "uq_sourcing_events_place",
        "sourcing_events",
        ["object_type", "object_id", "owner_tag", "sequence"],
        unique=True,
    )
    op.create_table(
        "timers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("object_type", sa.String(length=20), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_timers_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
    )
    op.create_index("ix_timers_company_id", "timers", ["company_id"])
    op.create_index("ix_timers_due_at", "timers", ["due_at"])
    op.create_index("uq_timers_object", "timers", ["object_type", "object_id", "kind"], unique=True)


def _requests() -> None:
    op.create_table(
        "quotes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("title", sa.String(length=120), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("buyer_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("source", sa.String(length=60), server_default="", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("vat_mode", sa.String(length=5), server_default="net", nullable=False),
        sa.Column("ship_to", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("need_by", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_multi_use", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("current_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rounds", sa.Integer(), server_default="0", nullable=False),
        sa.Column("list_total", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("net_total", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("accepted_net", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("accepted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("accepted_by", sa.String(length=250), server_default="", nullable=False),
        sa.Column("accept_ref", sa.String(length=80), server_default="", nullable=False),
        sa.Column("reason_code", sa.String(length=20), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=True),
        sa.Column("successor_id", sa.BigInteger(), nullable=True),
        sa.Column("cart_id", sa.BigInteger(), nullable=True),
        sa.Column("order_number", sa.String(length=40), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("vat_mode IN ('net', 'gross')", name=op.f("ck_quotes_vat_mode_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_quotes_company_id_companies")),
        sa.ForeignKeyConstraint(["origin_id"], ["quotes.id"], name=op.f("fk_quotes_origin_id_quotes")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_quotes_owner_id_users")),
        sa.ForeignKeyConstraint(["successor_id"], ["quotes.id"], name=op.f("fk_quotes_successor_id_quotes")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_quotes_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("company_id", "client_ref", name=op.f("uq_quotes_company_id_client_ref")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_quotes_company_id_number")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_quotes_id_company_id")),
    )
    op.create_index("ix_quotes_cart_id", "quotes", ["cart_id"], postgresql_where=sa.text("cart_id IS NOT NULL"))
    op.create_index("ix_quotes_changed_at", "quotes", ["changed_at", "id"])
    op.create_index("ix_quotes_company_id_changed_at", "quotes", ["company_id", "changed_at", "id"])
    op.create_index("ix_quotes_number", "quotes", ["number"])
    op.create_index("ix_quotes_origin_id", "quotes", ["origin_id"], postgresql_where=sa.text("origin_id IS NOT NULL"))
    op.create_index("ix_quotes_owner_id", "quotes", ["owner_id"])
    op.create_index("ix_quotes_state_changed_at", "quotes", ["state", "changed_at", "id"])
    op.create_index(
        "ix_quotes_successor_id", "quotes", ["successor_id"], postgresql_where=sa.text("successor_id IS NOT NULL")
    )
    op.create_index("ix_quotes_user_id", "quotes", ["user_id"])


def _lines() -> None:
    op.create_table(
        "quote_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(length=500), server_default="", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("target_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("need_by", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("list_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("list_base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("added_by", sa.String(length=5), server_default="buyer", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_quote_lines_quantity_positive")),
        sa.CheckConstraint("target_price >= 0", name=op.f("ck_quote_lines_target_price_not_negative")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_quote_lines_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_lines_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_lines")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_quote_lines_id_company_id")),
        sa.UniqueConstraint("quote_id", "position", name=op.f("uq_quote_lines_quote_id_position")),
    )
    op.create_index("ix_quote_lines_article_id", "quote_lines", ["article_id"])


def _versions() -> None:
    op.create_table(
        "quote_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("discount_kind", sa.String(length=7), server_default="", nullable=False),
        sa.Column("discount_value", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("terms", sa.Text(), server_default="", nullable=False),
        sa.Column("intro", sa.Text(), server_default="", nullable=False),
        sa.Column("line_total", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("discount", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("net_total", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("content_hash", sa.String(length=64), server_default="", nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(length=250), server_default="", nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "discount_kind IN ('', 'percent', 'amount')", name=op.f("ck_quote_versions_discount_kind_known")
        ),
        sa.CheckConstraint("discount_value >= 0", name=op.f("ck_quote_versions_discount_value_not_negative")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_quote_versions_file_id_files")),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_versions_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_versions")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_quote_versions_id_company_id")),
        sa.UniqueConstraint("quote_id", "number", name=op.f("uq_quote_versions_quote_id_number")),
    )
    op.create_index(
        "ix_quote_versions_file_id", "quote_versions", ["file_id"], postgresql_where=sa.text("file_id IS NOT NULL")
    )
    op.create_index(
        "uq_quote_versions_unsent",
        "quote_versions",
        ["quote_id"],
        unique=True,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "quote_offers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(length=500), server_default="", nullable=False),
        sa.Column("is_no_offer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("min_quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("max_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("list_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("list_base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("discount_kind", sa.String(length=7), server_default="", nullable=False),
        sa.Column("discount_value", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("is_locked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.CheckConstraint(
            "discount_kind IN ('', 'percent', 'amount', 'price')", name=op.f("ck_quote_offers_discount_kind_known")
        ),
        sa.CheckConstraint("max_quantity >= min_quantity", name=op.f("ck_quote_offers_range_not_reversed")),
        sa.CheckConstraint(
            "quantity > 0 AND min_quantity > 0 AND base_quantity > 0", name=op.f("ck_quote_offers_quantities_positive")
        ),
        sa.CheckConstraint("unit_price >= 0", name=op.f("ck_quote_offers_unit_price_not_negative")),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_quote_offers_article_id_articles")),
        sa.ForeignKeyConstraint(
            ["line_id", "company_id"],
            ["quote_lines.id", "quote_lines.company_id"],
            name=op.f("fk_quote_offers_line_id_company_id_quote_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "company_id"],
            ["quote_versions.id", "quote_versions.company_id"],
            name=op.f("fk_quote_offers_version_id_company_id_quote_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_offers")),
        sa.UniqueConstraint(
            "version_id", "line_id", "position", name=op.f("uq_quote_offers_version_id_line_id_position")
        ),
    )
    op.create_index("ix_quote_offers_article_id", "quote_offers", ["article_id"])
    op.create_index("ix_quote_offers_line_id", "quote_offers", ["line_id"])


def _decisions() -> None:
    op.create_table(
        "quote_releases",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.String(length=250), server_default="", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("decision", sa.String(length=8), server_default="", nullable=False),
        sa.Column("decided_by", sa.String(length=250), server_default="", nullable=False),
        sa.Column("decided_comment", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('', 'released', 'returned')", name=op.f("ck_quote_releases_decision_known")),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_releases_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_releases")),
    )
    op.create_index("ix_quote_releases_quote_id", "quote_releases", ["quote_id"])
    op.create_table(
        "quote_counters",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("text", sa.String(length=500), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("price >= 0 AND quantity > 0", name=op.f("ck_quote_counters_amounts_possible")),
        sa.ForeignKeyConstraint(
            ["line_id", "company_id"],
            ["quote_lines.id", "quote_lines.company_id"],
            name=op.f("fk_quote_counters_line_id_company_id_quote_lines"),
        ),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_counters_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_counters")),
        sa.UniqueConstraint("quote_id", "version", "line_id", name=op.f("uq_quote_counters_quote_id_version_line_id")),
    )
    op.create_index("ix_quote_counters_line_id", "quote_counters", ["line_id"])
    op.create_table(
        "quote_choices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_quote_choices_quantity_positive")),
        sa.ForeignKeyConstraint(["line_id"], ["quote_lines.id"], name=op.f("fk_quote_choices_line_id_quote_lines")),
        sa.ForeignKeyConstraint(["offer_id"], ["quote_offers.id"], name=op.f("fk_quote_choices_offer_id_quote_offers")),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_choices_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_choices")),
        sa.UniqueConstraint("quote_id", "line_id", name=op.f("uq_quote_choices_quote_id_line_id")),
    )
    op.create_index("ix_quote_choices_line_id", "quote_choices", ["line_id"])
    op.create_index("ix_quote_choices_offer_id", "quote_choices", ["offer_id"])


def _words() -> None:
    op.create_table(
        "quote_files",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("is_internal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("author", sa.String(length=250), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("side IN ('buyer', 'sales')", name=op.f("ck_quote_files_side_known")),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_quote_files_file_id_files")),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_files_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_files")),
    )
    op.create_index("ix_quote_files_file_id", "quote_files", ["file_id"])
    op.create_index("ix_quote_files_quote_id", "quote_files", ["quote_id"])
    op.create_table(
        "quote_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quote_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=True),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("is_internal", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(length=250), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("side IN ('buyer', 'sales')", name=op.f("ck_quote_messages_side_known")),
        sa.ForeignKeyConstraint(
            ["line_id"], ["quote_lines.id"], name=op.f("fk_quote_messages_line_id_quote_lines"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quote_id", "company_id"],
            ["quotes.id", "quotes.company_id"],
            name=op.f("fk_quote_messages_quote_id_company_id_quotes"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_messages")),
    )
    op.create_index(
        "ix_quote_messages_line_id", "quote_messages", ["line_id"], postgresql_where=sa.text("line_id IS NOT NULL")
    )
    op.create_index("ix_quote_messages_quote_id", "quote_messages", ["quote_id", "id"])


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)
    for signature in _SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("DROP SEQUENCE quote_numbers")
