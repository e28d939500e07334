"""Search: words and numbers of articles, the vocabulary behind them, synonyms, searches that found nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.policies import secure

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# Words as they are compared: lower-case, accents and apostrophes gone, signs blanks, decimals with a point. Neither the
# locale of the server nor its version counts. `app.catalog.domain.search_text` does the same; a test compares both.
_TEXT = r"""
CREATE FUNCTION search_text(given text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    plain text := lower(given) COLLATE "C";
BEGIN
    IF plain ~ '[^ -@\[-~а-яіїє]' THEN
        plain := replace(replace(replace(translate(lower(normalize(plain, NFKC)),
            'ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐЁґё'
            'ÀÁÂÃÄÅĀĂĄàáâãäåāăąÇĆČçćčĎďÈÉÊËĒĖĘĚèéêëēėęěĞğÌÍÎÏĪĮìíîïīįıĶķĹĻĽŁĺļľłÑŃŅŇñńņňÒÓÔÕÖŌŐØòóôõöōőø'
            'ŔŘŕřŚŞŠśşšŢŤţťÙÚÛÜŪŮŰŲùúûüūůűųÝýÿŹŻŽźżž·’ʼ´̇',
            'abcdefghijklmnopqrstuvwxyzабвгдежзийклмнопрстуфхцчшщъыьэюяіїєгеге'
            'aaaaaaaaaaaaaaaaaaccccccddeeeeeeeeeeeeeeeeggiiiiiiiiiiiiikkllllllllnnnnnnnnoooooooooooooooo'
            'rrrrssssssttttuuuuuuuuuuuuuuuuyyyzzzzzz '), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
    END IF;
    plain := translate(plain, '''`', '');
    IF plain ~ '[0-9][.,][0-9]' THEN
        plain := regexp_replace(plain, '([0-9])[.,](?=[0-9])', '\1·', 'g');
    END IF;
    RETURN translate(btrim(regexp_replace(plain, '[^a-zа-яіїє0-9·]+', ' ', 'g')), '·', '.');
END $$"""
# A light stemmer for Ukrainian (PostgreSQL has none): endings of nouns and adjectives, double consonants, vowels that
# change in the last syllable (дріт: дроту) or come and go (викрутка: викруток).
_STEM = """
CREATE FUNCTION search_stem_uk(word text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    stem text := word COLLATE "C";
BEGIN
    IF length(stem) > 3 THEN
        stem := left(stem, 3) || regexp_replace(substr(stem, 4), '('
            'ією|іями|іях|іям|ями|ами|ими|іми|їми|ього|ьому|ого|ому|ьою|ьої|ах|ях|их|іх|їх|ам|ям|им|ім|їм|'
            'ом|ем|єм|ою|ею|єю|ої|ів|їв|ей|ий|ій|їй|ії|ію|ія|іє|а|я|у|ю|и|і|ї|о|е|є|ь|й)$', '');
        stem := regexp_replace(replace(stem, 'ь', ''), '([бвгджзклмнпрстфхцчшщ])\\1$', '\\1');
    END IF;
    stem := regexp_replace(stem, '[іе]([бвгджзклмнпрстфхцчшщ])$', 'о\\1');
    IF length(stem) > 4 THEN
        stem := regexp_replace(stem, '([бвгджзйклмнпрстфхцчшщ])о([кцл])$', '\\1\\2');
    END IF;
    RETURN stem;
END $$"""
# The last one, German or Ukrainian, is also what compounds are found by at their end.
_STEMS = """
CREATE FUNCTION search_stems(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN word COLLATE "C" ~ '[0-9]' THEN ARRAY[word]
        WHEN word COLLATE "C" ~ '[а-яіїє]' THEN coalesce(ts_lexize('russian_stem', word), '{}') || search_stem_uk(word)
        ELSE coalesce(ts_lexize('english_stem', word), '{}') || coalesce(ts_lexize('german_stem', word), '{}') END
$$"""
# Pairs of letters of a word with its borders: what misspellings still share with it. Words with digits have none.
_PAIRS = """
CREATE FUNCTION search_pairs(word text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE WHEN length(word) < 3 OR word COLLATE "C" ~ '[0-9]' THEN '{}'::text[]
        ELSE ARRAY(SELECT DISTINCT substr('^' || word || '$', n, 2) FROM generate_series(1, length(word) + 1) AS n) END
$$"""

# Cyrillic letters that look like Latin ones count as these in words and numbers with digits: М10х50 is M10x50.
_ALIKE = "'авекмнорстух', 'abekmhopctyx'"
# Lexemes: words of names and brand with weight A, parts of the numbers B, words of descriptions D, and "#" with each
# three characters in a row of a number, by which inner parts of numbers are found.
_REFRESH = f"""
CREATE FUNCTION search_refresh(wanted bigint[]) RETURNS void LANGUAGE sql AS $$
    WITH given AS MATERIALIZED (
        SELECT a.id, a.category_id, a.brand, a.status, a.variant_of_id, a.is_head, a.facets,
               search_text(concat_ws(' ', a.name, nullif(a.names ->> 'en', a.name), nullif(a.names ->> 'ru', a.name),
                   nullif(a.names ->> 'uk', a.name), nullif(a.names ->> 'de', a.name), a.brand)) AS named,
               search_text(nullif(concat_ws(' ', a.description, a.descriptions ->> 'en', a.descriptions ->> 'ru',
                   a.descriptions ->> 'uk', a.descriptions ->> 'de'), '')) AS described,
               search_text(a.sku) AS sku, nullif(search_text(a.mpn), '') AS mpn,
               concat_ws(' ', nullif(ltrim(a.gtin, '0'), ''), (SELECT string_agg(ltrim(u.gtin, '0'), ' ')
                   FROM article_units u WHERE u.article_id = a.id AND u.gtin <> '')) AS gtins
        FROM articles a WHERE a.id = ANY(wanted)
    ), numbered AS MATERIALIZED (
        SELECT *, concat_ws(' ', translate(replace(replace(sku, ' ', ''), '.', ''), {_ALIKE}),
                   translate(replace(replace(mpn, ' ', ''), '.', ''), {_ALIKE}), nullif(gtins, '')) AS numbers
        FROM given
    ), token AS (
        SELECT id, w, ':1A' AS place FROM numbered, unnest(string_to_array(named, ' ')) AS w WHERE w <> ''
        UNION SELECT id, w, ':1B' FROM numbered, unnest(string_to_array(concat_ws(' ', sku, mpn), ' ')) AS w WHERE w <> ''
        UNION SELECT id, w, ':1D' FROM numbered, unnest(string_to_array(described, ' ')) AS w WHERE w <> ''
        UNION SELECT id, '#' || substr(x, n, 3), ''
        FROM numbered, unnest(string_to_array(numbers, ' ')) AS x, generate_series(1, length(x) - 2) AS n
    ), vector AS (
        SELECT id, count(*) FILTER (WHERE place = ':1A') AS size, string_agg(left(
                   CASE WHEN w COLLATE "C" ~ '[0-9]' THEN translate(w, {_ALIKE}) ELSE w END, 100) || place, ' '
                   ORDER BY w)::tsvector AS words
        FROM token GROUP BY id
    )
    INSERT INTO article_search AS s
        (id, category_id, brand, status, variant_of_id, is_head, facets, size, numbers, words)
    SELECT n.id, category_id, brand, status, variant_of_id, is_head, facets, coalesce(v.size, 0), numbers,
           coalesce(v.words, '')
    FROM numbered n LEFT JOIN vector v ON v.id = n.id ORDER BY n.id
    ON CONFLICT (id) DO UPDATE SET (category_id, brand, status, variant_of_id, is_head, facets, size, numbers, words)
        = (excluded.category_id, excluded.brand, excluded.status, excluded.variant_of_id, excluded.is_head,
           excluded.facets, excluded.size, excluded.numbers, excluded.words)
$$"""
_REFRESH_ALL = """
CREATE FUNCTION search_refresh_all(wanted bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR part IN 0 .. (cardinality(wanted) - 1) / 5000 LOOP
        PERFORM search_refresh(wanted[part * 5000 + 1 : part * 5000 + 5000]);
    END LOOP;
END $$"""
_INSERTED = """
CREATE FUNCTION search_articles_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM search_refresh_all(ARRAY(SELECT f.id FROM fresh f));
    RETURN NULL;
END $$"""
# Where no text has changed the words stay as they are; the rest is copied. What has
# changed is found without a join: PostgreSQL knows too little of the rows of a statement to join them well.
_UPDATED = """
CREATE FUNCTION search_articles_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM search_refresh_all(ARRAY(
        SELECT c.id FROM (
            SELECT id, sku, mpn, gtin, name, names, brand, description, descriptions FROM fresh EXCEPT ALL
            SELECT id, sku, mpn, gtin, name, names, brand, description, descriptions FROM stale) c));
    UPDATE article_search s
    SET (category_id, status, variant_of_id, is_head, facets) =
        (f.category_id, f.status, f.variant_of_id, f.is_head, f.facets)
    FROM fresh f
    WHERE s.id = f.id AND (s.category_id, s.status, s.variant_of_id, s.is_head, s.facets) IS DISTINCT FROM
        (f.category_id, f.status, f.variant_of_id, f.is_head, f.facets);
    RETURN NULL;
END $$"""
_UNITS = """
CREATE FUNCTION search_units_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed c WHERE c.gtin <> '') THEN
        PERFORM search_refresh_all(ARRAY(SELECT DISTINCT c.article_id FROM changed c WHERE c.gtin <> ''));
    END IF;
    RETURN NULL;
END $$"""
# How many articles have a word; one that none has is no word. Numbers with digits are not counted.
_COUNT = """
CREATE FUNCTION search_count(changed text[], amounts integer[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_words AS v (word, frequency, stems, pairs, ending)
    SELECT w.word, w.n, x.stems, search_pairs(w.word), coalesce(reverse(x.stems[cardinality(x.stems)]), '')
    FROM unnest(changed, amounts) AS w (word, n), LATERAL (SELECT search_stems(w.word) AS stems) AS x
    ORDER BY w.word
    ON CONFLICT (word) DO UPDATE SET frequency = v.frequency + excluded.frequency;
    DELETE FROM search_words WHERE word = ANY(changed) AND frequency <= 0;
END $$"""
_COUNTED = """
CREATE FUNCTION search_words_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[];
    amounts integer[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(w.word), array_agg(w.n) INTO changed, amounts FROM (
            SELECT l.lexeme AS word, count(*)::int AS n FROM fresh f, unnest(f.words) AS l
            WHERE {counted} GROUP BY l.lexeme) w;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(w.word), array_agg(w.n) INTO changed, amounts FROM (
            SELECT l.lexeme AS word, -count(*)::int AS n FROM stale o, unnest(o.words) AS l
            WHERE {counted} GROUP BY l.lexeme) w;
    ELSE
        SELECT array_agg(w.word), array_agg(w.n) INTO changed, amounts FROM (
            SELECT l.lexeme AS word, sum(d.n)::int AS n FROM (
                SELECT f.words, 1 AS n FROM (
                    SELECT id, words FROM fresh EXCEPT ALL SELECT id, words FROM stale) f
                UNION ALL SELECT o.words, -1 FROM (
                    SELECT id, words FROM stale EXCEPT ALL SELECT id, words FROM fresh) o
            ) d, unnest(d.words) AS l
            WHERE {counted} GROUP BY l.lexeme HAVING sum(d.n) <> 0) w;
    END IF;
    IF changed IS NOT NULL THEN
        PERFORM search_count(changed, amounts);
    END IF;
    RETURN NULL;
END $$""".replace(
    "{counted}",
    """length(l.lexeme) BETWEEN 2 AND 40 AND l.weights IS NOT NULL
                AND (l.weights && '{A,D}' OR l.lexeme COLLATE "C" !~ '[0-9]')""",
)
_FUNCTIONS = (_TEXT, _STEM, _STEMS, _PAIRS, _REFRESH, _REFRESH_ALL, _INSERTED, _UPDATED, _UNITS, _COUNT, _COUNTED)
_TRIGGERS = (
    ("articles", "INSERT", "search_articles_inserted", "NEW TABLE AS fresh"),
    ("articles", "UPDATE", "search_articles_updated", "OLD TABLE AS stale NEW TABLE AS fresh"),
    ("article_units", "INSERT", "search_units_changed", "NEW TABLE AS changed"),
    ("article_units", "UPDATE", "search_units_changed", "NEW TABLE AS changed"),
    ("article_units", "DELETE", "search_units_changed", "OLD TABLE AS changed"),
    ("article_search", "INSERT", "search_words_counted", "NEW TABLE AS fresh"),
    ("article_search", "UPDATE", "search_words_counted", "OLD TABLE AS stale NEW TABLE AS fresh"),
    ("article_search", "DELETE", "search_words_counted", "OLD TABLE AS stale"),
)
_OLD_TEXT = """translate(lower(concat_ws(' ', sku, name, names ->> 'en', names ->> 'ru', names ->> 'uk', names ->> 'de',
    brand, mpn, gtin)), '-./,:;_+*()"', '            ') || ' ' ||
    translate(lower(concat_ws(' ', sku_key, replace(mpn, ' ', ''))), '-./,:;_+*()"', '')"""


def upgrade() -> None:
    op.drop_index("ix_articles_search", table_name="articles", postgresql_using="gin")
    op.drop_column("articles", "search")
    op.drop_column("articles", "search_text")
    _create_words()
    _create_hints()
    for statement in (
        *secure("article_search", tenant="SELECT", condition="true"),
        *secure("search_words", tenant="SELECT", condition="true"),
        *secure("search_synonyms", tenant="SELECT", condition="true"),
        *secure("search_misses", tenant="SELECT, INSERT, UPDATE", update_columns="times, last_at"),
        *_FUNCTIONS,
    ):
        op.execute(statement.replace(":1", "\\:1"))
    for table, verb, function, tables in _TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {function}_{verb.lower()} AFTER {verb} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
    op.execute("SELECT search_refresh_all(ARRAY(SELECT id FROM articles ORDER BY id))")


def _create_words() -> None:
    op.create_table(
        "article_search",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=True),
        sa.Column("brand", sa.String(length=100), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("variant_of_id", sa.BigInteger(), nullable=True),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("facets", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["articles.id"], name=op.f("fk_article_search_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_search")),
    )
    op.create_index(
        "ix_article_search_words",
        "article_search",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    )
    op.create_index("ix_article_search_category_id", "article_search", ["category_id"])
    op.execute("ALTER TABLE article_search SET (fillfactor = 70)")
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("frequency", sa.Integer(), nullable=False),
        sa.Column("stems", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("pairs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("ending", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
    )
    op.create_index("ix_search_words_stems", "search_words", ["stems"], postgresql_using="gin")
    op.create_index("ix_search_words_pairs", "search_words", ["pairs"], postgresql_using="gin")
    op.create_index("ix_search_words_ending", "search_words", ["ending"])


def _create_hints() -> None:
    op.create_table(
        "search_synonyms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("term", sa.String(length=100), nullable=False),
        sa.Column("meaning", sa.String(length=100), nullable=False),
        sa.Column("is_two_way", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("term_stems", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("meaning_stems", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("term <> meaning", name=op.f("ck_search_synonyms_not_itself")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonyms")),
        sa.UniqueConstraint("term", "meaning", name=op.f("uq_search_synonyms_term_meaning")),
    )
    op.create_index("ix_search_synonyms_meaning", "search_synonyms", ["meaning"])
    op.create_table(
        "search_misses",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_search_misses_company_id_companies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_misses")),
        sa.UniqueConstraint("company_id", "text", name=op.f("uq_search_misses_company_id_text")),
    )
    op.create_index("ix_search_misses_text", "search_misses", ["text"])
    op.create_index("ix_search_misses_last_at", "search_misses", ["last_at"])


def downgrade() -> None:
    for table, verb, function, _tables in _TRIGGERS:
        op.execute(f"DROP TRIGGER {function}_{verb.lower()} ON {table}")
    for table in ("search_misses", "search_synonyms", "search_words", "article_search"):
        op.drop_table(table)
    for signature in (
        "words_counted()", "count(text[], integer[])", "units_changed()", "articles_updated()", "articles_inserted()",
        "refresh_all(bigint[])", "refresh(bigint[])", "pairs(text)", "stems(text)", "stem_uk(text)", "text(text)",
    ):  # fmt: skip
        op.execute(f"DROP FUNCTION search_{signature}")
    op.add_column("articles", sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "articles",
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed("to_tsvector('simple', search_text)", persisted=True),
            nullable=True,
        ),
    )
    op.execute(f"UPDATE articles SET search_text = {_OLD_TEXT}")
    op.create_index("ix_articles_search", "articles", ["search"], postgresql_using="gin")
