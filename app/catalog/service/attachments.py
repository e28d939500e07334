"""Data sheets, certificates and manuals of articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.catalog.domain.article import key_of
from app.catalog.domain.attachment import FileFacts, facts_problem, media_type_of
from app.catalog.models.articles import Article
from app.catalog.models.media import ArticleAttachment
from app.catalog.service.articles import take_turn
from app.catalog.service.history import told
from app.core import storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.models import StoredFile
from app.core.texts import N_

MAX_FILES = 50


@command
def add_attachment(actor: Actor, sku: str, data: bytes, name: str, facts: FileFacts) -> str:
    """Add a file. "created", "same" when it is there already, "changed" when one of this name is replaced.

    Raises Invalid for what is no such file, NotFound.
    """
    _demand(facts)
    media_type = media_type_of(data)
    take_turn()
    article_id = _article_id(sku)
    held = db.session.scalars(select(ArticleAttachment).where(ArticleAttachment.article_id == article_id)).all()
    sha256 = storage.digest(data)
    if any((one.sha256, one.kind, one.language) == (sha256, facts.kind, facts.language) for one in held):
        return "same"
    older = [one.id for one in held if (one.name, one.kind, one.language) == (name, facts.kind, facts.language)]
    if not older and len(held) >= MAX_FILES:
        raise Invalid("file", N_("An article has at most {limit} files. Remove one first.", limit=MAX_FILES))
    with told(actor, article_id):
        db.session.execute(delete(ArticleAttachment).where(ArticleAttachment.id.in_(older)))
        _insert(article_id, storage.keep(actor, data, name=name, media_type=media_type), facts)
    return "changed" if older else "created"


@command
def edit_attachment(actor: Actor, sku: str, attachment_id: int, facts: FileFacts) -> None:
    """Change what is said about a file. Raises Invalid, Conflict when the file is gone or there twice then."""
    _demand(facts)
    take_turn()
    article_id = _article_id(sku)
    held = _found(article_id, attachment_id)
    twin = select(ArticleAttachment.id).where(
        ArticleAttachment.article_id == article_id, ArticleAttachment.sha256 == held.sha256,
        ArticleAttachment.kind == facts.kind, ArticleAttachment.language == facts.language,
        ArticleAttachment.id != attachment_id,
    )  # fmt: skip
    if db.session.scalar(twin) is not None:
        raise Conflict(N_("The same file is there for this kind and language already."))
    with told(actor, article_id):
        db.session.execute(
            update(ArticleAttachment).where(ArticleAttachment.id == attachment_id).values(**_columns(facts))
        )


@command
def remove_attachment(actor: Actor, sku: str, attachment_id: int) -> None:
    """Take a file off an article; its bytes stay, so that this can be undone."""
    take_turn()
    article_id = _article_id(sku)
    _found(article_id, attachment_id)
    with told(actor, article_id):
        db.session.execute(delete(ArticleAttachment).where(ArticleAttachment.id == attachment_id))


def restore_attachments(actor: Actor, article_id: int, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Give an article just these files, as its history tells them; inside a command that tells the change."""
    db.session.execute(delete(ArticleAttachment).where(ArticleAttachment.article_id == article_id))
    for entry in wanted:
        facts = FileFacts(
            entry["kind"], entry["title"], entry["language"], _day(entry["valid_from"]), _day(entry["valid_to"])
        )
        _insert(article_id, storage.find(actor, entry["file"]), facts)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _demand(facts: FileFacts) -> None:
    found = facts_problem(facts)
    if found:
        raise Invalid(*found)


def _found(article_id: int, attachment_id: int) -> ArticleAttachment:
    held = db.session.get(ArticleAttachment, attachment_id, populate_existing=True)
    if held is None or held.article_id != article_id:
        raise Conflict(N_("This file is no longer there."))
    return held


def _article_id(sku: str) -> int:
    found = db.session.scalar(select(Article.id).where(Article.sku_key == key_of(sku)))
    if found is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    return found


def _insert(article_id: int, file: StoredFile, facts: FileFacts) -> None:
    db.session.execute(
        insert(ArticleAttachment).values(
            article_id=article_id, file_id=file.id, sha256=file.sha256, media_type=file.media_type, name=file.name,
            size=file.size, **_columns(facts),
        )
    )  # fmt: skip


def _columns(facts: FileFacts) -> dict[str, Any]:
    return {
        "kind": facts.kind, "title": facts.title.strip()[:200], "language": facts.language,
        "valid_from": facts.valid_from, "valid_to": facts.valid_to,
    }  # fmt: skip
