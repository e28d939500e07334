"""Pictures, files, hazard, origin and own fields of one article in one statement; and the bytes by hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select, text

from app.catalog.domain.article import key_of
from app.catalog.domain.attachment import SOON_DAYS, Attachment, FileFacts
from app.catalog.domain.hazard import Hazard
from app.catalog.models.articles import Article
from app.catalog.models.media import ArticleAttachment, ArticlePicture
from app.catalog.queries.assortment import visible_sql, visible_values
from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an article; `sizes` are width and height of what was made of it, empty while it is being made."""

    id: int
    sha256: str
    alt: Mapping[str, str]
    width: int
    height: int
    sizes: Mapping[str, tuple[int, int]]
    trouble: str

    def text(self, locale: str) -> str:
        return self.alt.get(locale) or self.alt.get("en") or ""

    def box(self, size: str) -> tuple[int, int]:
        """Width and height as shown in this size."""
        return self.sizes.get(size, (self.width, self.height))


@dataclass(frozen=True, slots=True)
class OwnValue:
    """A filled field of the operator's own."""

    code: str
    label: str
    kind: str
    value: str
    is_public: bool

    @property
    def number(self) -> Decimal:
        return Decimal(self.value)

    @property
    def day(self) -> date:
        return date.fromisoformat(self.value)


@dataclass(frozen=True, slots=True)
class ArticleMedia:
    """What is known of an article beside its catalogue facts."""

    pictures: tuple[Picture, ...]
    attachments: tuple[Attachment, ...]
    hazard: Hazard
    origin_country: str
    customs_code: str
    own: tuple[OwnValue, ...]


_MEDIA = text("""
SELECT a.hazard, a.origin_country, a.customs_code,
       coalesce((SELECT json_agg(json_build_array(p.id, p.sha256, p.alt, p.width, p.height, p.sizes, p.last_error)
                                 ORDER BY p.position, p.id)
                 FROM article_pictures p WHERE p.article_id = a.id), '[]'),
       coalesce((SELECT json_agg(json_build_array(t.id, t.name, t.media_type, t.size, t.kind, t.title, t.language,
                                                  t.valid_from, t.valid_to) ORDER BY t.kind, t.id)
                 FROM article_attachments t WHERE t.article_id = a.id), '[]'),
       coalesce((SELECT json_agg(json_build_array(f.code, coalesce(nullif(f.names ->> :locale, ''), f.name), f.kind,
                                                  a.custom ->> f.code, f.is_public) ORDER BY f.position, f.code)
                 FROM custom_fields f WHERE a.custom ->> f.code <> ''), '[]')
FROM articles a WHERE a.id = :id""")


def article_media(actor: Actor, article_id: int) -> ArticleMedia:
    """All of it, in the reader's language; raises NotFound."""
    row = db.session.execute(_MEDIA, {"id": article_id, "locale": actor.locale}).one_or_none()
    if row is None:
        raise NotFound
    hazard, country, customs, pictures, attachments, own = row
    return ArticleMedia(
        tuple(_picture(values) for values in pictures), tuple(_attachment(values) for values in attachments),
        Hazard.from_json(hazard), country, customs, tuple(OwnValue(*values) for values in own),
    )  # fmt: skip


def _picture(values: list[Any]) -> Picture:
    picture_id, sha256, alt, width, height, sizes, trouble = values
    boxes = {name: (made["width"], made["height"]) for name, made in sizes.items()}
    return Picture(picture_id, sha256, alt, width, height, boxes, trouble)


def _attachment(values: list[Any]) -> Attachment:
    attachment_id, name, media_type, size, kind, title, language, begin, end = values
    facts = FileFacts(kind, title, language, _day(begin), _day(end))
    return Attachment(attachment_id, name, media_type, size, facts)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """Where bytes lie; `is_final` when this hash and size will always give them."""

    sha256: str
    media_type: str
    is_final: bool


def picture_bytes(actor: Actor, sha256: str, size: str) -> StoredBytes:
    """The bytes of a picture in a size, the original while there is none; raises NotFound."""
    row = db.session.execute(
        select(ArticlePicture.media_type, ArticlePicture.sizes).where(ArticlePicture.sha256 == sha256).limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    made = row.sizes.get(size)
    if made is None:
        return StoredBytes(sha256, row.media_type, size == "original")
    return StoredBytes(made["sha256"], made["type"], is_final=True)


def attachment_file(actor: Actor, sku: str, attachment_id: int, *, day: date) -> ArticleAttachment:
    """A file to download; buyers get those that hold on the day. Raises NotFound."""
    statement = (
        select(ArticleAttachment)
        .join(Article, Article.id == ArticleAttachment.article_id)
        .where(ArticleAttachment.id == attachment_id, Article.sku_key == key_of(sku))
    )
    if not actor.is_operator:
        statement = statement.where(
            text(visible_sql("articles", few=True)),
            or_(ArticleAttachment.valid_from.is_(None), ArticleAttachment.valid_from <= day),
            or_(ArticleAttachment.valid_to.is_(None), ArticleAttachment.valid_to >= day),
        )
    found = db.session.scalar(statement, visible_values(actor) if not actor.is_operator else {})
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Expiring:
    """A file that holds no longer, or not for long."""

    sku: str
    article: str
    file: Attachment


_EXPIRING = """
SELECT a.sku, coalesce(a.names ->> :locale, a.name), t.id, t.name, t.media_type, t.size, t.kind, t.title, t.language,
       t.valid_from::text, t.valid_to::text
FROM article_attachments t JOIN articles a ON a.id = t.article_id
WHERE t.valid_to <= :until AND a.status <> 'discontinued'
  AND (CAST(:day AS date) IS NULL OR (t.valid_to, t.id) {sign} (CAST(:day AS date), CAST(:id AS bigint)))
ORDER BY t.valid_to {order}, t.id {order} LIMIT :limit"""
_ONWARDS = text(_EXPIRING.format(sign=">", order="ASC"))
_BACKWARDS = text(_EXPIRING.format(sign="<", order="DESC"))


def expiring(
    actor: Actor,
    day: date,
    *,
    after: tuple[str, int] | None = None,
    before: tuple[str, int] | None = None,
    limit: int = 51,
) -> list[Expiring]:
    """Files of articles that are sold which have expired or will within SOON_DAYS, the longest expired first."""
    key = after or before or (None, None)
    values = {
        "locale": actor.locale,
        "until": day + timedelta(days=SOON_DAYS),
        "limit": limit,
        "day": key[0],
        "id": key[1],
    }
    rows = db.session.execute(_BACKWARDS if before and not after else _ONWARDS, values).all()
    found = [Expiring(row[0], row[1], _attachment(list(row[2:]))) for row in rows]
    return found[::-1] if before and not after else found


def open_bytes(sha256: str) -> Any:
    """The bytes as a stream; the caller closes it."""
    return storage.store().open(sha256)
