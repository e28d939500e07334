"""Promotions with coupons and uses, what they take off orders, VAT by place, exemptions, checked VAT numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Whether an account belongs to a promotion's audience; seen with the owner's eyes.
_REACHES = """(p.is_for_all OR EXISTS (
    SELECT FROM promotion_audience x WHERE x.promotion_id = p.id AND (
        x.company_id = account.id OR x.group_id = account.group_id OR x.segment_id IN (
            SELECT s.segment_id FROM company_segments s WHERE s.company_id = account.id))))"""
_OWN_ONLY = """current_setting('role') <> 'kontor_tenant' OR asked = current_setting('kontor.company_id')::bigint"""
_LIMITED = "(p.budget_amount IS NOT NULL OR p.budget_uses IS NOT NULL OR p.account_uses IS NOT NULL)"
_WANTED = "unnest(wanted, coupon_ids, amounts) AS w (promotion_id, coupon_id, amount)"
_COUNT = """(SELECT count(*) FROM promotion_uses u
    WHERE u.company_id = asked AND u.given_back_at IS NULL AND {condition})"""

# What a coupon is for an account; codes that are not there give no row. Only who knows a code learns about it.
_NAMED = f"""
CREATE FUNCTION coupons_named(codes text[], asked bigint, moment timestamptz)
RETURNS TABLE (code text, coupon_id bigint, promotion_id bigint, name text, starts_at timestamptz, verdict text)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = public AS $$
    SELECT c.code, c.id, p.id, p.name, p.starts_at, CASE
        WHEN NOT c.is_active OR NOT p.is_active THEN 'off'
        WHEN (c.company_id IS NOT NULL AND c.company_id <> asked) OR NOT {_REACHES}
            OR (p.currency <> '' AND p.currency <> account.currency) THEN 'not_yours'
        WHEN c.ends_at <= moment OR p.ends_at <= moment THEN 'ended'
        WHEN p.starts_at > moment THEN 'early'
        WHEN c.uses >= c.max_uses THEN 'used_up'
        WHEN c.account_uses IS NOT NULL AND {_COUNT.format(condition="u.coupon_id = c.id")} >= c.account_uses
            THEN 'used'
        ELSE '' END
    FROM coupons c JOIN promotions p ON p.id = c.promotion_id JOIN companies account ON account.id = asked
    WHERE c.code = ANY(codes) AND ({_OWN_ONLY})
$$"""

# Promotions that hold for an account at a moment, each with the asked articles that are its goods, part by part; in every
# row what the named coupons are. `only_one` names one promotion whatever its dates, coupon and audience are. A function,
# because it keeps its plan, and a cart without promotions pays for one look into an index.
_HELD = """
CREATE FUNCTION held_promotions(
    asked bigint, asked_codes text[], at_moment timestamptz, asked_ids bigint[], only_one bigint
) RETURNS TABLE (
    named json, id bigint, code text, name text, kind text, effect text, value numeric, min_quantity numeric,
    min_net numeric, priority int, is_exclusive boolean, exclusion_group text, on_agreed_prices boolean,
    budget_left numeric, uses_left int, account_uses_left int, coupon text, coupon_id bigint, parts json
)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    IF only_one IS NULL AND asked_codes = '{}' AND NOT EXISTS (
        SELECT FROM promotions p WHERE p.is_active AND NOT p.needs_coupon
            AND (p.starts_at IS NULL OR p.starts_at <= at_moment) AND (p.ends_at IS NULL OR at_moment < p.ends_at)
    ) THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH RECURSIVE account AS (
        SELECT c.id, c.group_id, c.currency FROM companies c WHERE c.id = asked
    ), named AS MATERIALIZED (
        SELECT * FROM coupons_named(asked_codes, asked, at_moment) WHERE asked_codes <> '{}'
    ), held AS MATERIALIZED (
        SELECT p.*, n.code AS coupon, n.coupon_id FROM promotions p CROSS JOIN account
        LEFT JOIN LATERAL (
            SELECT n.code, n.coupon_id FROM named n WHERE n.promotion_id = p.id AND n.verdict = ''
            ORDER BY n.code LIMIT 1
        ) n ON true
        WHERE CASE WHEN only_one IS NOT NULL THEN p.id = only_one ELSE p.is_active
            AND (p.starts_at IS NULL OR p.starts_at <= at_moment) AND (p.ends_at IS NULL OR at_moment < p.ends_at)
            AND (NOT p.needs_coupon OR n.coupon_id IS NOT NULL)
            AND (p.currency = '' OR p.currency = account.currency)
            AND (p.is_for_all OR EXISTS (
                SELECT FROM promotion_audience x WHERE x.promotion_id = p.id AND (
                    x.company_id = account.id OR x.group_id = account.group_id OR x.segment_id IN (
                        SELECT s.segment_id FROM company_segments s WHERE s.company_id = account.id)))) END
    ), below (root, id) AS (
        SELECT t.category_id, t.category_id FROM held h JOIN promotion_targets t ON t.promotion_id = h.id
        WHERE t.category_id IS NOT NULL
        UNION
        SELECT b.root, c.id FROM below b JOIN categories c ON c.parent_id = b.id
    ), picked AS MATERIALIZED (
        SELECT t.promotion_id, t.part, t.article_id FROM held h JOIN promotion_targets t ON t.promotion_id = h.id
        WHERE t.article_id = ANY(asked_ids)
        UNION
        SELECT t.promotion_id, t.part, a.id FROM held h JOIN promotion_targets t ON t.promotion_id = h.id
        JOIN below b ON b.root = t.category_id JOIN articles a ON a.category_id = b.id AND a.id = ANY(asked_ids)
        UNION
        SELECT t.promotion_id, t.part, a.id FROM held h JOIN promotion_targets t ON t.promotion_id = h.id
        JOIN articles a ON a.brand = t.brand AND a.id = ANY(asked_ids)
        WHERE t.brand <> ''
    )
    SELECT (SELECT json_agg(json_build_array(n.code, n.promotion_id, n.name, n.starts_at, n.verdict)) FROM named n),
        h.id, h.code::text, h.name::text, h.kind::text, h.effect::text, h.value, h.min_quantity, h.min_net, h.priority,
        h.is_exclusive, h.exclusion_group::text, h.on_agreed_prices, h.budget_amount - h.spent_amount,
        h.budget_uses - h.spent_uses,
        (h.account_uses - CASE WHEN h.account_uses IS NOT NULL THEN (
            SELECT count(*) FROM promotion_uses u
            WHERE u.promotion_id = h.id AND u.company_id = asked AND u.given_back_at IS NULL) END)::int,
        coalesce(h.coupon, ''), h.coupon_id,
        (SELECT json_agg(json_build_array(g.quantity::text, g.articles) ORDER BY g.part) FROM (
            SELECT t.part, max(t.quantity) AS quantity, (
                SELECT array_agg(k.article_id) FROM picked k WHERE k.promotion_id = h.id AND k.part = t.part) AS articles
            FROM promotion_targets t WHERE t.promotion_id = h.id GROUP BY t.part) g)
    FROM account LEFT JOIN held h ON true
    ORDER BY h.priority, h.code;
END
$$"""

# Counts an order's promotions under lock; gives those whose budget, coupon or limit does not reach any more, and then
# counts nothing. A promotion without limits is only kept from being changed, so that orders need not wait in line.
_CLAIM = f"""
CREATE FUNCTION claim_promotions(
    asked bigint, of_order bigint, number text, money text, wanted bigint[], coupon_ids bigint[], amounts numeric[]
) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    one record;
BEGIN
    IF NOT ({_OWN_ONLY}) THEN
        RAISE insufficient_privilege;
    END IF;
    FOR one IN SELECT p.id, {_LIMITED} AS is_limited FROM promotions p WHERE p.id = ANY(wanted) ORDER BY p.id LOOP
        IF one.is_limited THEN
            PERFORM 1 FROM promotions p WHERE p.id = one.id FOR UPDATE;
        ELSE
            PERFORM 1 FROM promotions p WHERE p.id = one.id FOR SHARE;
        END IF;
    END LOOP;
    PERFORM 1 FROM coupons c WHERE c.id = ANY(coupon_ids) ORDER BY c.id FOR UPDATE;
    RETURN QUERY SELECT w.promotion_id FROM {_WANTED}
        LEFT JOIN promotions p ON p.id = w.promotion_id LEFT JOIN coupons c ON c.id = w.coupon_id
        WHERE p.id IS NULL OR NOT p.is_active OR p.spent_amount + w.amount > p.budget_amount
            OR p.spent_uses >= p.budget_uses OR NOT coalesce(c.is_active, true) OR c.uses >= c.max_uses
            OR (p.account_uses IS NOT NULL
                AND {_COUNT.format(condition="u.promotion_id = p.id")} >= p.account_uses)
            OR (c.account_uses IS NOT NULL AND {_COUNT.format(condition="u.coupon_id = c.id")} >= c.account_uses);
    IF FOUND THEN
        RETURN;
    END IF;
    UPDATE promotions p SET spent_amount = p.spent_amount + w.amount, spent_uses = p.spent_uses + 1
        FROM {_WANTED} WHERE p.id = w.promotion_id AND {_LIMITED};
    UPDATE coupons c SET uses = c.uses + 1 FROM {_WANTED} WHERE c.id = w.coupon_id;
    INSERT INTO promotion_uses (company_id, promotion_id, coupon_id, order_id, order_number, amount, currency)
        SELECT asked, w.promotion_id, w.coupon_id, of_order, number, w.amount, money FROM {_WANTED};
END
$$"""

# Gives back what an order has used of budgets and coupons; a second call finds nothing.
_RELEASE = f"""
CREATE FUNCTION release_promotions(asked bigint, of_order bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    given bigint;
BEGIN
    IF NOT ({_OWN_ONLY}) THEN
        RAISE insufficient_privilege;
    END IF;
    PERFORM 1 FROM promotions p WHERE p.id IN (
        SELECT u.promotion_id FROM promotion_uses u WHERE u.company_id = asked AND u.order_id = of_order
    ) ORDER BY p.id FOR UPDATE;
    PERFORM 1 FROM coupons c WHERE c.id IN (
        SELECT u.coupon_id FROM promotion_uses u WHERE u.company_id = asked AND u.order_id = of_order
    ) ORDER BY c.id FOR UPDATE;
    WITH back AS (
        UPDATE promotion_uses u SET given_back_at = now()
        WHERE u.company_id = asked AND u.order_id = of_order AND u.given_back_at IS NULL
        RETURNING u.promotion_id, u.coupon_id, u.amount
    ), budget AS (
        UPDATE promotions p SET spent_amount = greatest(p.spent_amount - back.amount, 0),
            spent_uses = greatest(p.spent_uses - 1, 0)
        FROM back WHERE p.id = back.promotion_id AND {_LIMITED}
    ), codes AS (
        UPDATE coupons c SET uses = c.uses - 1 FROM back WHERE c.id = back.coupon_id
    )
    SELECT count(*) INTO given FROM back;
    RETURN given;
END
$$"""
_FUNCTIONS = {
    "coupons_named(text[], bigint, timestamptz)": _NAMED,
    "held_promotions(bigint, text[], timestamptz, bigint[], bigint)": _HELD,
    "claim_promotions(bigint, bigint, text, text, bigint[], bigint[], numeric[])": _CLAIM,
    "release_promotions(bigint, bigint)": _RELEASE,
}


def upgrade() -> None:
    op.create_table(
        "promotions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("effect", sa.String(length=11), nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("min_quantity", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("min_net", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("is_for_all", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("needs_coupon", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("on_agreed_prices", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="100", nullable=False),
        sa.Column("is_exclusive", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("exclusion_group", sa.String(length=40), server_default="", nullable=False),
        sa.Column("budget_amount", sa.Numeric(precision=18, scale=6), nullable=True),
        sa.Column("budget_uses", sa.Integer(), nullable=True),
        sa.Column("account_uses", sa.Integer(), nullable=True),
        sa.Column("spent_amount", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("spent_uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("effect <> 'percent' OR value <= 100", name=op.f("ck_promotions_percent_in_reach")),
        sa.CheckConstraint(
            "effect IN ('percent', 'amount', 'fixed_price', 'pay_fewer')", name=op.f("ck_promotions_effect_known")
        ),
        sa.CheckConstraint("kind IN ('line', 'cart', 'bundle')", name=op.f("ck_promotions_kind_known")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_promotions_ends_after_it_starts")),
        sa.CheckConstraint(
            "value >= 0 AND min_quantity >= 0 AND min_net >= 0", name=op.f("ck_promotions_not_negative")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions")),
        sa.UniqueConstraint("code", name=op.f("uq_promotions_code")),
    )
    op.create_index(
        "ix_promotions_active", "promotions", ["priority", "code"], unique=False, postgresql_where=sa.text("is_active")
    )
    op.create_table(
        "promotion_targets",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), server_default="0", nullable=False),
        sa.Column("quantity", sa.Numeric(precision=18, scale=6), server_default="0", nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("brand", sa.String(length=100), server_default="", nullable=False),
        sa.CheckConstraint(
            "(article_id IS NOT NULL)::int + (category_id IS NOT NULL)::int + (brand <> '')::int = 1",
            name=op.f("ck_promotion_targets_one_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_promotion_targets_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["categories.id"],
            name=op.f("fk_promotion_targets_category_id_categories"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions.id"],
            name=op.f("fk_promotion_targets_promotion_id_promotions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_targets")),
    )
    op.create_index(op.f("ix_promotion_targets_article_id"), "promotion_targets", ["article_id"], unique=False)
    op.create_index(op.f("ix_promotion_targets_category_id"), "promotion_targets", ["category_id"], unique=False)
    op.create_index(op.f("ix_promotion_targets_promotion_id"), "promotion_targets", ["promotion_id"], unique=False)
    op.create_table(
        "promotion_audience",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("group_id", sa.BigInteger(), nullable=True),
        sa.Column("segment_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(company_id IS NOT NULL)::int + (group_id IS NOT NULL)::int + (segment_id IS NOT NULL)::int = 1",
            name=op.f("ck_promotion_audience_one_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["companies.id"], name=op.f("fk_promotion_audience_company_id_companies")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["account_groups.id"],
            name=op.f("fk_promotion_audience_group_id_account_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"],
            ["promotions.id"],
            name=op.f("fk_promotion_audience_promotion_id_promotions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_promotion_audience_segment_id_segments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_audience")),
    )
    op.create_index(op.f("ix_promotion_audience_company_id"), "promotion_audience", ["company_id"], unique=False)
    op.create_index(op.f("ix_promotion_audience_group_id"), "promotion_audience", ["group_id"], unique=False)
    op.create_index(op.f("ix_promotion_audience_promotion_id"), "promotion_audience", ["promotion_id"], unique=False)
    op.create_index(op.f("ix_promotion_audience_segment_id"), "promotion_audience", ["segment_id"], unique=False)
    op.create_table(
        "coupons",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), server_default="", nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=True),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("account_uses", sa.Integer(), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("uses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("code = upper(code)", name=op.f("ck_coupons_code_upper")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_coupons_company_id_companies")),
        sa.ForeignKeyConstraint(["promotion_id"], ["promotions.id"], name=op.f("fk_coupons_promotion_id_promotions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code", name=op.f("uq_coupons_code")),
    )
    op.create_index(op.f("ix_coupons_company_id"), "coupons", ["company_id"], unique=False)
    op.create_index(op.f("ix_coupons_promotion_id"), "coupons", ["promotion_id"], unique=False)
    op.create_table(
        "promotion_uses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("promotion_id", sa.BigInteger(), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("given_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_promotion_uses_company_id_companies")),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_promotion_uses_coupon_id_coupons")),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotions.id"], name=op.f("fk_promotion_uses_promotion_id_promotions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion_uses")),
        sa.UniqueConstraint(
            "company_id", "order_id", "promotion_id", name=op.f("uq_promotion_uses_company_id_order_id_promotion_id")
        ),
    )
    op.create_index(op.f("ix_promotion_uses_coupon_id"), "promotion_uses", ["coupon_id"], unique=False)
    op.create_index("ix_promotion_uses_promotion_id_id", "promotion_uses", ["promotion_id", "id"], unique=False)
    op.create_table(
        "order_allowances",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("promotion_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("coupon", sa.String(length=40), server_default="", nullable=False),
        sa.Column("amount", sa.Numeric(precision=18, scale=6), nullable=False),
        sa.Column("vat_category", sa.String(length=2), nullable=False),
        sa.Column("vat_rate", sa.Numeric(precision=6, scale=3), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_order_allowances_amount_positive")),
        sa.ForeignKeyConstraint(
            ["order_id", "company_id"],
            ["orders.id", "orders.company_id"],
            name=op.f("fk_order_allowances_order_id_company_id_orders"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["promotions.id"], name=op.f("fk_order_allowances_promotion_id_promotions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_allowances")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_allowances_order_id_position")),
    )
    op.create_index(op.f("ix_order_allowances_promotion_id"), "order_allowances", ["promotion_id"], unique=False)
    op.create_table(
        "vat_rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("vat_class", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.Column("reason_code", sa.String(length=30), server_default="", nullable=False),
        sa.CheckConstraint("category IN ('S', 'Z', 'E', 'AE', 'O')", name=op.f("ck_vat_rules_category_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vat_rules")),
        sa.UniqueConstraint(
            "country", "vat_class", "valid_from", name=op.f("uq_vat_rules_country_vat_class_valid_from")
        ),
    )
    op.create_table(
        "vat_exemptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("certificate", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("reason_code", sa.String(length=30), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_vat_exemptions_ends_after_it_starts")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_vat_exemptions_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vat_exemptions")),
    )
    op.create_index("ix_vat_exemptions_company_id", "vat_exemptions", ["company_id", "valid_from"], unique=False)
    op.create_table(
        "vat_checks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("vat_id", sa.String(length=20), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("is_valid", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=6), nullable=False),
        sa.Column("reference", sa.String(length=80), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("source IN ('manual', 'vies')", name=op.f("ck_vat_checks_source_known")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_vat_checks_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vat_checks")),
    )
    op.create_index("ix_vat_checks_company_id", "vat_checks", ["company_id", "vat_id", "id"], unique=False)

    op.add_column(
        "carts", sa.Column("coupons", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False)
    )
    op.add_column("carts", sa.Column("allowances_seen", postgresql.JSONB(none_as_null=True), nullable=True))
    op.add_column(
        "orders",
        sa.Column("promotions_lost", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    for statement in _FUNCTIONS.values():
        op.execute(statement)
    held = "id IN (SELECT promotion_id FROM promotion_audience)"
    for statement in (
        *secure(
            "promotion_audience", tenant="SELECT",
            condition="company_id = current_setting('kontor.company_id')::bigint"
            " OR group_id IN (SELECT visible_groups()) OR segment_id IN (SELECT visible_segments())",
        ),
        *secure("promotions", tenant="SELECT", condition=f"is_active AND (is_for_all OR {held})"),
        *secure("promotion_targets", tenant="SELECT", condition="promotion_id IN (SELECT id FROM promotions)"),
        *secure("coupons"),
        *secure("promotion_uses", tenant="SELECT", operator="SELECT"),
        *secure("order_allowances", tenant="SELECT, INSERT"),
        *secure("vat_rules", tenant="SELECT", condition="true"),
        *secure("vat_exemptions", tenant="SELECT"),
        *secure("vat_checks", tenant="SELECT", operator="SELECT, INSERT"),
    ):  # fmt: skip
        op.execute(statement)


def downgrade() -> None:
    for signature in reversed(_FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
    op.drop_column("orders", "promotions_lost")
    op.drop_column("carts", "allowances_seen")
    op.drop_column("carts", "coupons")
    op.execute("DROP POLICY tenant_select ON promotions")  # it reads the audience
    for table in (
        "vat_checks", "vat_exemptions", "vat_rules", "order_allowances", "promotion_uses", "coupons",
        "promotion_targets", "promotion_audience", "promotions",
    ):  # fmt: skip
        op.drop_table(table)
