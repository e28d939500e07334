"""Sealed bids, keys and openings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import OWN, secure

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_MINE = "(current_setting('role') = 'kontor_operator' OR %s = current_setting('kontor.company_id')::bigint)"
_OPENED_NOW = (
    "EXISTS (SELECT 1 FROM bid_parts p WHERE p.bid_id = {table}.bid_id AND p.opened_at >= transaction_timestamp())"
)
_EITHER_SIDE = f"({OWN} OR supplier_id = current_setting('kontor.company_id')::bigint)"

# Takes in, replaces, withdraws or confirms a bid. The clock and the state are looked at here, under a lock that a change
# of the tender waits for: late is late even if nobody has closed the tender yet.
_PUT_BID = """
CREATE FUNCTION put_bid(
    the_tender bigint, the_owner bytea, the_code text, what text, base_version int, answers_version int,
    lots bigint[], envelopes int[], bodies bytea[], wraps bytea[], owns bytea[], hashes text[],
    whole_hash text, ref text, the_digest text,
    OUT outcome text, OUT event_id bigint, OUT at timestamptz, OUT bid_code text, OUT version int, OUT old_digest text
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t tenders%ROWTYPE;
    b bids%ROWTYPE;
    old bid_events%ROWTYPE;
BEGIN
    SELECT * INTO t FROM tenders WHERE id = the_tender FOR SHARE;
    IF NOT FOUND OR NOT EXISTS (
        SELECT 1 FROM tender_participants p
        WHERE p.tender_id = the_tender AND p.state IN ('invited', 'admitted')
          AND p.supplier_id = current_setting('kontor.company_id')::bigint
    ) THEN
        outcome := 'not_invited'; RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(encode(the_owner, 'hex'), 0));  -- two windows of one supplier
    SELECT * INTO b FROM bids WHERE tender_id = the_tender AND owner_tag = the_owner FOR UPDATE;
    IF FOUND THEN
        SELECT * INTO old FROM bid_events e WHERE e.bid_id = b.id AND e.client_ref = ref;
        IF FOUND THEN
            outcome := 'repeated'; event_id := old.id; at := old.at; bid_code := b.code; version := old.version;
            old_digest := old.digest; RETURN;
        END IF;
    END IF;
    at := clock_timestamp();
    IF t.deadline IS NULL OR at >= t.deadline THEN outcome := 'late'; RETURN; END IF;
    IF t.state <> 'bidding' THEN outcome := 'not_bidding'; RETURN; END IF;
    IF what <> 'withdraw' AND answers_version <> t.version THEN outcome := 'amended'; RETURN; END IF;
    IF base_version <> coalesce(b.version, 0) OR (b.id IS NULL AND what <> 'submit') THEN
        outcome := 'stale'; RETURN;
    END IF;
    IF (what = 'submit' AND b.id IS NOT NULL AND b.state <> 'withdrawn')
       OR (what = 'replace' AND b.state = 'withdrawn')
       OR (what = 'withdraw' AND b.state = 'withdrawn')
       OR (what = 'confirm' AND b.state <> 'needs_reconfirmation') THEN
        outcome := 'stale'; RETURN;
    END IF;
    version := base_version + CASE WHEN what IN ('submit', 'replace') THEN 1 ELSE 0 END;
    IF b.id IS NULL THEN
        INSERT INTO bids (company_id, tender_id, owner_tag, code, version, tender_version, submitted_at, price_changed_at)
        VALUES (t.company_id, the_tender, the_owner, the_code, 1, t.version, at, at) RETURNING * INTO b;
    ELSE
        UPDATE bids SET
            state = CASE WHEN what = 'withdraw' THEN 'withdrawn' ELSE 'submitted' END,
            version = put_bid.version, tender_version = t.version,
            submitted_at = CASE WHEN what IN ('submit', 'replace') THEN put_bid.at ELSE submitted_at END,
            price_changed_at = CASE WHEN what IN ('submit', 'replace') THEN put_bid.at ELSE price_changed_at END
        WHERE id = b.id;
    END IF;
    IF what IN ('submit', 'replace') THEN
        INSERT INTO bid_parts (company_id, bid_id, version, lot_id, envelope, body, wrapped, own, sha256)
        SELECT t.company_id, b.id, put_bid.version, part.*
        FROM unnest(lots, envelopes, bodies, wraps, owns, hashes)
            AS part (lot_id, envelope, body, wrapped, own, sha256)
        WHERE EXISTS (SELECT 1 FROM tender_lots l WHERE l.id = part.lot_id AND l.tender_id = the_tender);
    END IF;
    INSERT INTO bid_events
        (company_id, bid_id, sequence, event, version, tender_version, at, sha256, client_ref, digest)
    SELECT t.company_id, b.id, count(*) + 1, what, put_bid.version, t.version, put_bid.at, whole_hash, ref, the_digest
    FROM bid_events e WHERE e.bid_id = b.id
    RETURNING id INTO event_id;
    DELETE FROM bid_drafts WHERE tender_id = the_tender AND owner_tag = the_owner;
    outcome := 'ok'; bid_code := b.code; old_digest := '';
END $$
"""

_KEEP_RECEIPT = """
CREATE FUNCTION keep_bid_receipt(the_event bigint, the_owner bytea, the_receipt jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE bid_events e SET receipt = the_receipt FROM bids b
    WHERE e.id = the_event AND e.receipt IS NULL AND b.id = e.bid_id AND b.owner_tag = the_owner
$$
"""

# Whoever knows an owner's tag is the owner: it cannot be guessed and is stored nowhere where it could be read.
_OWN_BIDS = """
CREATE FUNCTION own_bids(owners bytea[]) RETURNS TABLE (
    tender_id bigint, owner_tag bytea, code varchar, state varchar, version int, tender_version int,
    submitted_at timestamptz
) LANGUAGE sql STABLE SECURITY DEFINER ROWS 20 SET search_path = public AS $$
    SELECT b.tender_id, b.owner_tag, b.code, b.state, b.version, b.tender_version, b.submitted_at
    FROM bids b WHERE b.owner_tag = ANY (owners)
$$
"""
_OWN_PARTS = """
CREATE FUNCTION own_bid_parts(the_tender bigint, the_owner bytea) RETURNS TABLE (
    code varchar, version int, lot_id bigint, envelope int, body bytea, wrapped bytea, own bytea
) LANGUAGE sql STABLE SECURITY DEFINER ROWS 4 SET search_path = public AS $$
    SELECT b.code, p.version, p.lot_id, p.envelope, p.body, p.wrapped, p.own
    FROM bids b JOIN bid_parts p ON p.bid_id = b.id AND p.version = b.version
    WHERE b.tender_id = the_tender AND b.owner_tag = the_owner ORDER BY p.lot_id, p.envelope
$$
"""
_OWN_EVENTS = """
CREATE FUNCTION own_bid_events(the_tender bigint, the_owner bytea) RETURNS TABLE (
    sequence int, event varchar, version int, tender_version int, at timestamptz, sha256 varchar, receipt jsonb
) LANGUAGE sql STABLE SECURITY DEFINER ROWS 4 SET search_path = public AS $$
    SELECT e.sequence, e.event, e.version, e.tender_version, e.at, e.sha256, e.receipt
    FROM bids b JOIN bid_events e ON e.bid_id = b.id
    WHERE b.tender_id = the_tender AND b.owner_tag = the_owner ORDER BY e.sequence
$$
"""
_KEEP_DRAFT = """
CREATE FUNCTION keep_bid_draft(the_tender bigint, the_owner bytea, the_draft bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM tenders t JOIN tender_participants p ON p.tender_id = t.id
        WHERE t.id = the_tender AND t.state IN ('published', 'bidding') AND clock_timestamp() < t.deadline
          AND p.state IN ('invited', 'admitted') AND p.supplier_id = current_setting('kontor.company_id')::bigint
    ) THEN RETURN false; END IF;
    IF the_draft IS NULL THEN
        DELETE FROM bid_drafts WHERE tender_id = the_tender AND owner_tag = the_owner;
    ELSE
        INSERT INTO bid_drafts (tender_id, owner_tag, company_id, sealed)
        SELECT the_tender, the_owner, company_id, the_draft FROM tenders WHERE id = the_tender
        ON CONFLICT (tender_id, owner_tag) DO UPDATE SET sealed = excluded.sealed, updated_at = clock_timestamp();
    END IF;
    RETURN true;
END $$
"""
_OWN_DRAFT = """
CREATE FUNCTION own_bid_draft(the_tender bigint, the_owner bytea) RETURNS TABLE (sealed bytea, updated_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public AS $$
    SELECT d.sealed, d.updated_at FROM bid_drafts d WHERE d.tender_id = the_tender AND d.owner_tag = the_owner
$$
"""

# After an amendment: live bids on the named lots (NULL: on all) wait for their suppliers. Tells nobody how many.
_ASK_AGAIN = f"""
CREATE FUNCTION ask_bids_again(the_tender bigint, touched bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH asked AS (
        UPDATE bids b SET state = 'needs_reconfirmation' FROM tenders t
        WHERE t.id = the_tender AND b.tender_id = t.id AND b.state = 'submitted' AND b.opened_at IS NULL
          AND t.state IN ('published', 'bidding') AND {_MINE % "t.company_id"}
          AND (touched IS NULL OR EXISTS (
              SELECT 1 FROM bid_parts p WHERE p.bid_id = b.id AND p.version = b.version AND p.lot_id = ANY (touched)
          ))
        RETURNING b.id, b.company_id, b.version, t.version AS tender_version
    )
    INSERT INTO bid_events (company_id, bid_id, sequence, event, version, tender_version)
    SELECT a.company_id, a.id, (SELECT count(*) + 1 FROM bid_events e WHERE e.bid_id = a.id), 'amended', a.version,
        a.tender_version
    FROM asked a
$$
"""
_COUNT_BIDS = f"""
CREATE FUNCTION count_live_bids(the_tender bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT count(b.id) FROM tenders t LEFT JOIN bids b ON b.tender_id = t.id
        AND b.state NOT IN ('withdrawn', 'lapsed', 'needs_reconfirmation')
    WHERE t.id = the_tender AND (t.show_bid_count OR t.opened_at IS NOT NULL) AND {_MINE % "t.company_id"}
    GROUP BY t.id
$$
"""
_LOTS_SHORT = f"""
CREATE FUNCTION lots_short_of_bids(the_tender bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 2 SET search_path = public AS $$
    SELECT l.id FROM tenders t JOIN tender_lots l ON l.tender_id = t.id
    WHERE t.id = the_tender AND clock_timestamp() >= t.deadline AND {_MINE % "t.company_id"}
      AND t.min_bids > (
          SELECT count(DISTINCT b.id) FROM bids b JOIN bid_parts p ON p.bid_id = b.id AND p.version = b.version
          WHERE b.tender_id = t.id AND b.state NOT IN ('withdrawn', 'lapsed', 'needs_reconfirmation')
            AND p.lot_id = l.id
      )
$$
"""

# Opens an envelope: looks at clock, state and confirmations, marks what may be read from now on, gives out the key.
# For the second envelope `chosen` names bid and lot of what is qualified, pairwise.
_BEGIN_OPENING = f"""
CREATE FUNCTION begin_opening(
    the_tender bigint, the_envelope int, chosen_bids bigint[], chosen_lots bigint[],
    OUT outcome text, OUT at timestamptz, OUT private_key bytea, OUT key_master varchar, OUT needed int,
    OUT lapsed bigint, OUT withdrawn bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    t tenders%ROWTYPE;
    k tender_keys%ROWTYPE;
BEGIN
    SELECT * INTO t FROM tenders WHERE id = the_tender AND {_MINE % "company_id"} FOR UPDATE;
    IF NOT FOUND THEN outcome := 'unknown'; RETURN; END IF;
    SELECT * INTO k FROM tender_keys WHERE tender_id = the_tender AND envelope = the_envelope;
    at := clock_timestamp(); needed := k.quorum;
    IF t.deadline IS NULL OR at < t.deadline THEN outcome := 'early'; RETURN; END IF;
    IF k.tender_id IS NULL OR k.destroyed_at IS NOT NULL THEN outcome := 'no_key'; RETURN; END IF;
    IF NOT EXISTS (
        SELECT 1 FROM tender_lots l WHERE l.tender_id = the_tender AND (
            (the_envelope = 1 AND l.state IN ('closed', 'opening'))
            OR (the_envelope = 2 AND l.state IN ('prequalification', 'evaluation'))
        )
    ) THEN outcome := 'wrong_state'; RETURN; END IF;
    IF k.quorum > (
        SELECT count(DISTINCT c.user_id) FROM opening_confirmations c
        JOIN key_shares s ON (s.tender_id, s.envelope, s.user_id) = (c.tender_id, c.envelope, c.user_id)
        WHERE c.tender_id = the_tender AND c.envelope = the_envelope AND c.void_at IS NULL
          AND c.at > begin_opening.at - interval '24 hours'
    ) THEN outcome := 'too_few'; RETURN; END IF;
    IF the_envelope = 1 THEN
        WITH gone AS (
            UPDATE bids b SET state = 'lapsed' WHERE b.tender_id = the_tender AND b.state = 'needs_reconfirmation'
            RETURNING b.id, b.company_id, b.version, b.tender_version
        )
        INSERT INTO bid_events (company_id, bid_id, sequence, event, version, tender_version)
        SELECT g.company_id, g.id, (SELECT count(*) + 1 FROM bid_events e WHERE e.bid_id = g.id), 'lapse', g.version,
            g.tender_version
        FROM gone g;
        DELETE FROM bid_drafts d WHERE d.tender_id = the_tender;
        UPDATE tenders SET opened_at = begin_opening.at WHERE id = the_tender AND opened_at IS NULL;
    END IF;
    UPDATE bid_parts p SET opened_at = begin_opening.at FROM bids b, tender_lots l
    WHERE b.tender_id = the_tender AND p.bid_id = b.id AND p.version = b.version AND p.envelope = the_envelope
      AND p.opened_at IS NULL AND l.id = p.lot_id AND (
          (the_envelope = 1 AND b.state = 'submitted' AND l.state IN ('closed', 'opening'))
          OR (the_envelope = 2 AND b.opened_at IS NOT NULL AND b.state <> 'invalid'
              AND l.state IN ('prequalification', 'evaluation')
              AND (p.bid_id, p.lot_id) IN (SELECT * FROM unnest(chosen_bids, chosen_lots)))
      );
    UPDATE bids b SET opened_at = begin_opening.at, state = 'opened'
    WHERE b.tender_id = the_tender AND b.state = 'submitted'
      AND EXISTS (SELECT 1 FROM bid_parts p WHERE p.bid_id = b.id AND p.opened_at IS NOT NULL);
    SELECT count(*) FILTER (WHERE b.state = 'lapsed'), count(*) FILTER (WHERE b.state = 'withdrawn')
    INTO lapsed, withdrawn FROM bids b WHERE b.tender_id = the_tender;
    outcome := 'ok'; private_key := k.wrapped_private; key_master := k.master_id;
END $$
"""
_NAME_BIDDERS = f"""
CREATE FUNCTION name_bidders(bids_found bigint[], suppliers bigint[], names text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    UPDATE bids b SET supplier_id = n.supplier, supplier_name = n.name
    FROM unnest(bids_found, suppliers, names) AS n (bid, supplier, name)
    WHERE b.id = n.bid AND b.opened_at IS NOT NULL AND b.supplier_id IS NULL AND {_MINE % "b.company_id"}
$$
"""
_DESTROY_KEYS = f"""
CREATE FUNCTION destroy_tender_keys(the_tender bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM tenders t WHERE t.id = the_tender AND t.opened_at IS NULL AND {_MINE % "t.company_id"}
    ) THEN RETURN false; END IF;
    UPDATE tender_keys SET wrapped_private = NULL, destroyed_at = clock_timestamp()
    WHERE tender_id = the_tender AND destroyed_at IS NULL;
    UPDATE opening_confirmations SET void_at = clock_timestamp(), wrapped_share = ''
    WHERE tender_id = the_tender AND void_at IS NULL;
    DELETE FROM key_shares WHERE tender_id = the_tender;
    DELETE FROM bid_drafts WHERE tender_id = the_tender;
    RETURN true;
END $$
"""

FUNCTIONS = (
    _PUT_BID, _KEEP_RECEIPT, _OWN_BIDS, _OWN_PARTS, _OWN_EVENTS, _KEEP_DRAFT, _OWN_DRAFT, _ASK_AGAIN, _COUNT_BIDS,
    _LOTS_SHORT, _BEGIN_OPENING, _NAME_BIDDERS, _DESTROY_KEYS,
)  # fmt: skip
SIGNATURES = (
    "put_bid(bigint, bytea, text, text, int, int, bigint[], int[], bytea[], bytea[], bytea[], text[], text, text, text)",
    "keep_bid_receipt(bigint, bytea, jsonb)",
    "own_bids(bytea[])",
    "own_bid_parts(bigint, bytea)",
    "own_bid_events(bigint, bytea)",
    "keep_bid_draft(bigint, bytea, bytea)",
    "own_bid_draft(bigint, bytea)",
    "ask_bids_again(bigint, bigint[])",
    "count_live_bids(bigint)",
    "lots_short_of_bids(bigint)",
    "begin_opening(bigint, int, bigint[], bigint[])",
    "name_bidders(bigint[], bigint[], text[])",
    "destroy_tender_keys(bigint)",
)


def _rights() -> list[str]:
    found = []
    for signature in SIGNATURES:
        found.append(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        found.append(f"GRANT EXECUTE ON FUNCTION {signature} TO kontor_operator, kontor_tenant")
    return found


def _behind_seal(table: str, *, operator: str, tenant: str, update: str = "") -> list[str]:
    """Reading (and, for some columns, changing) by these rules for both roles; nothing is inserted or deleted."""
    found = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
    for role, rule in (("operator", operator), ("tenant", tenant)):
        found.append(f"GRANT SELECT ON {table} TO kontor_{role}")
        found.append(f"CREATE POLICY {role}_select ON {table} FOR SELECT TO kontor_{role} USING ({rule})")
        if update:
            own = rule if role == "operator" else f"opened_at IS NOT NULL AND {OWN}"
            found.append(f"GRANT UPDATE ({update}) ON {table} TO kontor_{role}")
            found.append(
                f"CREATE POLICY {role}_update ON {table} FOR UPDATE TO kontor_{role} USING ({own}) WITH CHECK ({own})"
            )
    return found


def _opened_in_clear(table: str) -> list[str]:
    """Both sides read; the asking side writes once, in the transaction of the opening; nobody changes it."""
    found = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
    now = _OPENED_NOW.format(table=table)
    for role, read, write in (("operator", "true", now), ("tenant", _EITHER_SIDE, f"{OWN} AND {now}")):
        found.append(f"GRANT SELECT, INSERT ON {table} TO kontor_{role}")
        found.append(f"CREATE POLICY {role}_select ON {table} FOR SELECT TO kontor_{role} USING ({read})")
        found.append(f"CREATE POLICY {role}_insert ON {table} FOR INSERT TO kontor_{role} WITH CHECK ({write})")
    return found


def _walls() -> list[str]:
    key_columns = (
        "tender_id, envelope, company_id, public_key, fingerprint, quorum, master_id, created_at, destroyed_at"
    )
    visible_tender = f"{OWN} OR EXISTS (SELECT 1 FROM tenders t WHERE t.id = tender_keys.tender_id)"
    own_bid = "EXISTS (SELECT 1 FROM bids b WHERE b.id = {table}.bid_id)"  # the policy of bids holds inside
    return [
        *secure("member_keys", tenant="SELECT, INSERT, UPDATE, DELETE"),
        *secure("key_shares", tenant="SELECT, INSERT", operator="SELECT, INSERT"),
        *secure(
            "opening_confirmations", tenant="SELECT, INSERT, UPDATE", update_columns="void_at, wrapped_share",
            operator="SELECT, INSERT, UPDATE (void_at, wrapped_share)",
        ),
        *secure("opening_records", tenant="SELECT, INSERT", operator="SELECT, INSERT"),
        "ALTER TABLE tender_keys ENABLE ROW LEVEL SECURITY",
        f"GRANT SELECT ({key_columns}), INSERT ON tender_keys TO kontor_operator, kontor_tenant",
        "CREATE POLICY operator_all ON tender_keys FOR ALL TO kontor_operator USING (true) WITH CHECK (true)",
        f"CREATE POLICY tenant_select ON tender_keys FOR SELECT TO kontor_tenant USING ({visible_tender})",
        f"CREATE POLICY tenant_insert ON tender_keys FOR INSERT TO kontor_tenant WITH CHECK ({OWN})",
        *_behind_seal(
            "bids", operator="opened_at IS NOT NULL", tenant=f"opened_at IS NOT NULL AND {_EITHER_SIDE}",
            update="state, fault, price_changed_at",
        ),
        *_behind_seal(
            "bid_parts", operator="opened_at IS NOT NULL",
            tenant=f"opened_at IS NOT NULL AND {own_bid.format(table='bid_parts')}",
        ),
        *_behind_seal(
            "bid_events", operator=own_bid.format(table="bid_events"), tenant=own_bid.format(table="bid_events")
        ),
        "ALTER TABLE bid_drafts ENABLE ROW LEVEL SECURITY",
        *_opened_in_clear("bid_lines"),
        *_opened_in_clear("bid_answers"),
        *_opened_in_clear("bid_totals"),
        "GRANT UPDATE (valid_to) ON bid_totals TO kontor_operator, kontor_tenant",
        "CREATE POLICY operator_update ON bid_totals FOR UPDATE TO kontor_operator USING (true)",
        f"CREATE POLICY tenant_update ON bid_totals FOR UPDATE TO kontor_tenant USING ({OWN})",
    ]  # fmt: skip


def upgrade() -> None:
    _create_tables()
    for statement in (*_walls(), *FUNCTIONS, *_rights()):
        op.execute(statement)


def _create_tables() -> None:
    op.create_table(
        "member_keys",
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_private", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_member_keys_company_id_companies")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_member_keys_user_id_users")),
        sa.PrimaryKeyConstraint("company_id", "user_id", name=op.f("pk_member_keys")),
    )
    op.create_index(op.f("ix_member_keys_user_id"), "member_keys", ["user_id"], unique=False)
    op.create_table(
        "tender_keys",
        sa.Column("tender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("envelope", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=40), nullable=False),
        sa.Column("quorum", sa.Integer(), server_default="0", nullable=False),
        sa.Column("master_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_private", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("envelope IN (1, 2)", name=op.f("ck_tender_keys_envelope_known")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_tender_keys_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("tender_id", "envelope", name=op.f("pk_tender_keys")),
    )
    op.create_table(
        "key_shares",
        sa.Column("tender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("envelope", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("x BETWEEN 1 AND 255", name=op.f("ck_key_shares_x_in_field")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_key_shares_tender_id_company_id_tenders"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_key_shares_user_id_users")),
        sa.PrimaryKeyConstraint("tender_id", "envelope", "user_id", name=op.f("pk_key_shares")),
        sa.UniqueConstraint("tender_id", "envelope", "x", name=op.f("uq_key_shares_tender_id_envelope_x")),
    )
    op.create_index("ix_key_shares_user_id", "key_shares", ["user_id"], unique=False)
    op.create_table(
        "opening_confirmations",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("wrapped_share", sa.LargeBinary(), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_opening_confirmations_tender_id_company_id_tenders"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_opening_confirmations_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_confirmations")),
    )
    op.create_index("ix_opening_confirmations_user_id", "opening_confirmations", ["user_id"], unique=False)
    op.create_index(
        "uq_opening_confirmations_standing",
        "opening_confirmations",
        ["tender_id", "envelope", "user_id"],
        unique=True,
        postgresql_where=sa.text("void_at IS NULL"),
    )
    op.create_table(
        "opening_records",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_opening_records_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_records")),
    )
    op.create_index("ix_opening_records_tender_id", "opening_records", ["tender_id", "id"], unique=False)
    op.create_table(
        "bids",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_tag", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="submitted", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("tender_version", sa.Integer(), nullable=False),
        sa.Column(
            "submitted_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "price_changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("supplier_name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("fault", sa.String(length=20), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('submitted', 'needs_reconfirmation', 'lapsed', 'withdrawn', 'opened', 'invalid', 'qualified', 'disqualified', 'ranked', 'awarded', 'not_awarded')",
            name=op.f("ck_bids_state_known"),
        ),
        sa.CheckConstraint("opened_at IS NOT NULL OR supplier_id IS NULL", name=op.f("ck_bids_nameless_until_opened")),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_bids_supplier_id_companies")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_bids_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bids")),
        sa.UniqueConstraint("code", name=op.f("uq_bids_code")),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_bids_id_company_id")),
        sa.UniqueConstraint("tender_id", "owner_tag", name=op.f("uq_bids_tender_id_owner_tag")),
    )
    op.create_index(
        "ix_bids_supplier_id",
        "bids",
        ["supplier_id", "id"],
        unique=False,
        postgresql_where=sa.text("supplier_id IS NOT NULL"),
    )
    op.create_table(
        "bid_parts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("envelope", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("own", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["bid_id", "company_id"], ["bids.id", "bids.company_id"], name=op.f("fk_bid_parts_bid_id_company_id_bids")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_parts")),
        sa.UniqueConstraint(
            "bid_id", "version", "lot_id", "envelope", name=op.f("uq_bid_parts_bid_id_version_lot_id_envelope")
        ),
    )
    op.create_index("ix_bid_parts_lot_id", "bid_parts", ["lot_id"], unique=False)
    op.create_table(
        "bid_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tender_version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("client_ref", sa.String(length=80), nullable=True),
        sa.Column("digest", sa.String(length=64), server_default="", nullable=False),
        sa.Column("receipt", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "event IN ('submit', 'replace', 'withdraw', 'confirm', 'amended', 'lapse')",
            name=op.f("ck_bid_events_event_known"),
        ),
        sa.ForeignKeyConstraint(
            ["bid_id", "company_id"], ["bids.id", "bids.company_id"], name=op.f("fk_bid_events_bid_id_company_id_bids")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_events")),
        sa.UniqueConstraint("bid_id", "client_ref", name=op.f("uq_bid_events_bid_id_client_ref")),
        sa.UniqueConstraint("bid_id", "sequence", name=op.f("uq_bid_events_bid_id_sequence")),
    )
    op.create_table(
        "bid_drafts",
        sa.Column("tender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_tag", sa.LargeBinary(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_bid_drafts_tender_id_company_id_tenders"),
        ),
        sa.PrimaryKeyConstraint("tender_id", "owner_tag", name=op.f("pk_bid_drafts")),
    )
    op.create_table(
        "bid_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("tender_line_id", sa.BigInteger(), nullable=False),
        sa.Column("variant", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_no_offer", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("price_base_quantity", sa.Numeric(precision=18, scale=6), server_default="1", nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("freight", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("duty", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("other_cost", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("min_quantity", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "breaks", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
        sa.CheckConstraint(
            "is_no_offer OR (quantity > 0 AND unit_price >= 0 AND price_base_quantity > 0)",
            name=op.f("ck_bid_lines_offer_whole"),
        ),
        sa.CheckConstraint("variant >= 0", name=op.f("ck_bid_lines_variant_known")),
        sa.ForeignKeyConstraint(
            ["bid_id", "company_id"], ["bids.id", "bids.company_id"], name=op.f("fk_bid_lines_bid_id_company_id_bids")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_bid_lines_lot_id_company_id_tender_lots"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_bid_lines_supplier_id_companies")),
        sa.ForeignKeyConstraint(
            ["tender_id", "company_id"],
            ["tenders.id", "tenders.company_id"],
            name=op.f("fk_bid_lines_tender_id_company_id_tenders"),
        ),
        sa.ForeignKeyConstraint(
            ["tender_line_id", "company_id"],
            ["tender_lines.id", "tender_lines.company_id"],
            name=op.f("fk_bid_lines_tender_line_id_company_id_tender_lines"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_lines")),
        sa.UniqueConstraint(
            "bid_id", "tender_line_id", "variant", name=op.f("uq_bid_lines_bid_id_tender_line_id_variant")
        ),
        sa.UniqueConstraint("id", "company_id", name=op.f("uq_bid_lines_id_company_id")),
    )
    op.create_index("ix_bid_lines_lot_id", "bid_lines", ["lot_id"], unique=False)
    op.create_index("ix_bid_lines_supplier_id", "bid_lines", ["supplier_id"], unique=False)
    op.create_index("ix_bid_lines_tender_id", "bid_lines", ["tender_id"], unique=False)
    op.create_index("ix_bid_lines_tender_line_id", "bid_lines", ["tender_line_id"], unique=False)
    op.create_table(
        "bid_answers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("bid_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("requirement_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bid_id", "company_id"], ["bids.id", "bids.company_id"], name=op.f("fk_bid_answers_bid_id_company_id_bids")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_bid_answers_file_id_files")),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_bid_answers_lot_id_company_id_tender_lots"),
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id", "company_id"],
            ["tender_requirements.id", "tender_requirements.company_id"],
            name=op.f("fk_bid_answers_requirement_id_company_id_tender_requirements"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_bid_answers_supplier_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_answers")),
        sa.UniqueConstraint("bid_id", "requirement_id", name=op.f("uq_bid_answers_bid_id_requirement_id")),
    )
    op.create_index(
        "ix_bid_answers_file_id",
        "bid_answers",
        ["file_id"],
        unique=False,
        postgresql_where=sa.text("file_id IS NOT NULL"),
    )
    op.create_index("ix_bid_answers_lot_id", "bid_answers", ["lot_id"], unique=False)
    op.create_index("ix_bid_answers_requirement_id", "bid_answers", ["requirement_id"], unique=False)
    op.create_index("ix_bid_answers_supplier_id", "bid_answers", ["supplier_id"], unique=False)
    op.create_table(
        "bid_totals",
        sa.Column("bid_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("landed", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("rate", sa.Numeric(precision=18, scale=8), nullable=False),
        sa.Column("rate_on", sa.Date(), nullable=False),
        sa.Column("rate_source", sa.String(length=40), server_default="", nullable=False),
        sa.Column("net_in_tender_currency", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("landed_in_tender_currency", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("is_complete", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_bid_totals_rate_positive")),
        sa.ForeignKeyConstraint(
            ["bid_id", "company_id"], ["bids.id", "bids.company_id"], name=op.f("fk_bid_totals_bid_id_company_id_bids")
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "company_id"],
            ["tender_lots.id", "tender_lots.company_id"],
            name=op.f("fk_bid_totals_lot_id_company_id_tender_lots"),
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["companies.id"], name=op.f("fk_bid_totals_supplier_id_companies")),
        sa.PrimaryKeyConstraint("bid_id", "lot_id", name=op.f("pk_bid_totals")),
    )
    op.create_index("ix_bid_totals_lot_id", "bid_totals", ["lot_id"], unique=False)
    op.create_index("ix_bid_totals_supplier_id", "bid_totals", ["supplier_id"], unique=False)


def downgrade() -> None:
    for signature in SIGNATURES:
        op.execute(f"DROP FUNCTION {signature}")
    for table in (
        "bid_totals", "bid_answers", "bid_lines", "bid_drafts", "bid_events", "bid_parts", "bids", "opening_records",
        "opening_confirmations", "key_shares", "tender_keys", "member_keys",
    ):  # fmt: skip
        op.drop_table(table)
