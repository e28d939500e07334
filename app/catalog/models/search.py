"""What search reads: words and numbers of articles, the vocabulary, synonyms, searches that found nothing.

`article_search` and `search_words` are kept by triggers on articles and their units, in the transaction of the change:
whoever writes articles, by whatever way, need not think of it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment


class ArticleSearch(Base):
    """An article as search sees it: narrow, because a common word reads thousands of rows.

    `words` has the words of names and brand with weight A, of numbers B, of descriptions D, and "#" with every three
    characters of a number; `numbers` the numbers without signs; `size` is how many words the names have.
    """

    __tablename__ = "article_search"
    __table_args__ = (
        Index(
            "ix_article_search_words", "words", postgresql_using="gin", postgresql_with={"gin_pending_list_limit": 256}
        ),
        Index("ix_article_search_category_id", "category_id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    category_id: Mapped[int | None] = mapped_column(BigInteger)
    brand: Mapped[str] = mapped_column(String(100))
    status: Mapped[str] = mapped_column(String(12))
    variant_of_id: Mapped[int | None] = mapped_column(BigInteger)
    is_head: Mapped[bool]
    facets: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    size: Mapped[int] = mapped_column(Integer)
    numbers: Mapped[str] = mapped_column(Text)
    words: Mapped[Any] = mapped_column(TSVECTOR)


class SearchWord(Base):
    """A word of names and descriptions, and how many articles have it.

    `stems` are those of the languages its letters may belong to; `pairs` its pairs of letters, for misspellings;
    `ending` the last stem backwards, for the end of compounds.
    """

    __tablename__ = "search_words"
    __table_args__ = (
        Index("ix_search_words_stems", "stems", postgresql_using="gin"),
        Index("ix_search_words_pairs", "pairs", postgresql_using="gin"),
        Index("ix_search_words_ending", "ending"),
    )

    word: Mapped[str] = mapped_column(String(100, collation="C"), primary_key=True)
    frequency: Mapped[int] = mapped_column(Integer)
    stems: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pairs: Mapped[list[str]] = mapped_column(ARRAY(Text))
    ending: Mapped[str] = mapped_column(Text(collation="C"))


class Synonym(Base):
    """Who searches for the term also finds the meaning; two-way: and the other way round. Words as search compares."""

    __tablename__ = "search_synonyms"
    __table_args__ = (
        CheckConstraint("term <> meaning", name="not_itself"),
        UniqueConstraint("term", "meaning"),
        Index("ix_search_synonyms_meaning", "meaning"),
    )

    id: Mapped[Id]
    term: Mapped[str] = mapped_column(String(100))
    meaning: Mapped[str] = mapped_column(String(100))
    is_two_way: Mapped[bool] = mapped_column(server_default=text("true"))
    term_stems: Mapped[list[str]] = mapped_column(ARRAY(Text))  # none where there are several words
    meaning_stems: Mapped[list[str]] = mapped_column(ARRAY(Text))


class SearchMiss(Base):
    """A search of an account that found nothing. It names no person, and goes when it has not come again for long."""

    __tablename__ = "search_misses"
    __table_args__ = (
        UniqueConstraint("company_id", "text"),
        Index("ix_search_misses_text", "text"),
        Index("ix_search_misses_last_at", "last_at"),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    text: Mapped[str] = mapped_column(String(100))
    times: Mapped[int] = mapped_column(Integer, server_default="1")
    first_at: Mapped[Moment] = mapped_column(server_default=func.now())
    last_at: Mapped[Moment] = mapped_column(server_default=func.now())
