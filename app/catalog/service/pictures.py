"""Pictures of articles: the original is kept cleaned, smaller ones are made of it by a job."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text, update

from app.catalog.domain.article import key_of
from app.catalog.domain.picture import CleanPicture, clean, measure, smaller
from app.catalog.models.articles import Article
from app.catalog.models.media import ArticlePicture
from app.catalog.queries.portraits import portraits
from app.catalog.service.articles import take_turn
from app.catalog.service.history import tell_changes, told
from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.jobs import enqueue
from app.core.models import StoredFile
from app.core.texts import N_

log = logging.getLogger(__name__)

MAX_PICTURES = 20
MAX_ATTEMPTS = 5
_CLAIM_FOR = timedelta(minutes=2)
_PLACES = text("""
UPDATE article_pictures p SET position = w.position, alt = w.alt
FROM jsonb_to_recordset(CAST(:wanted AS jsonb)) AS w (file bigint, position int, alt jsonb)
WHERE p.article_id = :article AND p.file_id = w.file AND (p.position, p.alt) IS DISTINCT FROM (w.position, w.alt)""")
_FIRST = text("""
UPDATE articles a SET picture = f.sha256
FROM (SELECT coalesce((SELECT sha256 FROM article_pictures WHERE article_id = :article ORDER BY position, id LIMIT 1), '')
      AS sha256) f
WHERE a.id = :article AND a.picture <> f.sha256""")


def add_picture(
    actor: Actor, sku: str, data: bytes, name: str, *, alt: Mapping[str, str] | None = None, place: int | None = None
) -> str:
    """Add a picture at a place (from 1; none: the end). "created", "same", or "changed" for a new one of a known name.

    The picture is read and cleaned before the transaction begins. Raises Invalid("file", ...), NotFound.
    """
    return _add(actor, sku, clean(data), name=name, alt=alt or {}, place=place)


@command
def _add(actor: Actor, sku: str, picture: CleanPicture, *, name: str, alt: Mapping[str, str], place: int | None) -> str:
    take_turn()
    article_id = _article_id(sku)
    held = _held(article_id)
    sha256 = storage.digest(picture.data)
    if any(one.sha256 == sha256 for one in held):
        return "same"
    older = next((one for one in held if one.name == name), None)
    if older is None and len(held) >= MAX_PICTURES:
        raise Invalid("file", N_("An article has at most {limit} pictures. Remove one first.", limit=MAX_PICTURES))
    with told(actor, article_id):
        file = storage.keep(actor, picture.data, name=name, media_type=picture.media_type)
        _insert(article_id, file, picture.width, picture.height)
        wanted = [{"file": one.file_id, "alt": one.alt} for one in held]
        if older is not None:
            wanted[held.index(older)] = {"file": file.id, "alt": dict(alt) or older.alt}
        else:
            wanted.insert(len(wanted) if place is None else place - 1, {"file": file.id, "alt": dict(alt)})
        _arrange(article_id, wanted)
    return "created" if older is None else "changed"


@command
def share_picture(actor: Actor, skus: Collection[str], data: bytes, name: str, alt: Mapping[str, str]) -> int:
    """Give one picture to all of these articles that have none; stored once. Returns how many got it."""
    picture = clean(data)
    take_turn()
    file = storage.keep(actor, picture.data, name=name, media_type=picture.media_type)
    ids = db.session.scalars(
        select(Article.id).where(Article.sku_key.in_([key_of(sku) for sku in skus]), Article.picture == "")
    ).all()
    before = portraits(actor, ids)
    values = {
        "file_id": file.id, "sha256": file.sha256, "media_type": file.media_type, "width": picture.width,
        "height": picture.height, "alt": dict(alt), "due_at": clock.now(),
    }  # fmt: skip
    rows = [{"article_id": article_id, **values} for article_id in ids]
    if rows:
        made = db.session.scalars(insert(ArticlePicture).returning(ArticlePicture.id), rows).all()
        db.session.execute(
            update(Article).where(Article.id.in_(ids)).values(picture=file.sha256, updated_at=Article.updated_at)
        )
        enqueue("catalog.make_sizes", made[0])
    tell_changes(actor, before, portraits(actor, ids))
    return len(rows)


@command
def remove_picture(actor: Actor, sku: str, picture_id: int) -> None:
    """Take a picture off an article; the file stays, so that this can be undone."""
    _rearrange(actor, sku, picture_id, lambda wanted, index: wanted.pop(index))


@command
def move_picture(actor: Actor, sku: str, picture_id: int, *, to_front: bool) -> None:
    """One place forward, or to the very front as the picture of lists."""

    def move(wanted: list[dict[str, Any]], index: int) -> None:
        wanted.insert(0 if to_front else max(index - 1, 0), wanted.pop(index))

    _rearrange(actor, sku, picture_id, move)


@command
def describe_picture(actor: Actor, sku: str, picture_id: int, alt: Mapping[str, str]) -> None:
    """The text for those who do not see the picture, by language; empty ones are left out."""
    words = {language: line.strip()[:300] for language, line in alt.items() if line.strip()}
    _rearrange(actor, sku, picture_id, lambda wanted, index: wanted[index].update(alt=words))


def restore_pictures(actor: Actor, article_id: int, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Give an article just these pictures, as its history tells them; inside a command that tells the change."""
    known = {one.file_id for one in _held(article_id)}
    for file_id in (entry["file"] for entry in wanted if entry["file"] not in known):
        file = storage.find(actor, file_id)
        _insert(article_id, file, *measure(storage.load(file)))
    _arrange(article_id, wanted)


def _rearrange(actor: Actor, sku: str, picture_id: int, change: Any) -> None:
    take_turn()
    article_id = _article_id(sku)
    held = _held(article_id)
    index = next((n for n, one in enumerate(held) if one.id == picture_id), None)
    if index is None:
        raise Conflict(N_("This picture is no longer there."))
    wanted = [{"file": one.file_id, "alt": one.alt} for one in held]
    change(wanted, index)
    with told(actor, article_id):
        _arrange(article_id, wanted)


def _arrange(article_id: int, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Leave just these pictures, in this order."""
    files = [entry["file"] for entry in wanted]
    db.session.execute(
        delete(ArticlePicture).where(ArticlePicture.article_id == article_id, ArticlePicture.file_id.not_in(files))
    )
    places = [{**entry, "position": place} for place, entry in enumerate(wanted)]
    db.session.execute(_PLACES, {"article": article_id, "wanted": json.dumps(places)})
    db.session.execute(_FIRST, {"article": article_id})


def _insert(article_id: int, file: StoredFile, width: int, height: int) -> None:
    picture_id = db.session.scalars(
        insert(ArticlePicture)
        .values(
            article_id=article_id, file_id=file.id, sha256=file.sha256, media_type=file.media_type, width=width,
            height=height, due_at=clock.now(),
        )
        .returning(ArticlePicture.id)
    ).one()  # fmt: skip
    enqueue("catalog.make_sizes", picture_id)


def _article_id(sku: str) -> int:
    found = db.session.scalar(select(Article.id).where(Article.sku_key == key_of(sku)))
    if found is None:
        raise NotFound(N_("There is no article {sku}.", sku=sku))
    return found


def _held(article_id: int) -> Sequence[Any]:
    return db.session.execute(
        select(ArticlePicture.id, ArticlePicture.file_id, ArticlePicture.sha256, ArticlePicture.alt, StoredFile.name)
        .join(StoredFile, StoredFile.id == ArticlePicture.file_id)
        .where(ArticlePicture.article_id == article_id)
        .order_by(ArticlePicture.position, ArticlePicture.id)
    ).all()


def make_sizes(actor: Actor, picture_id: int) -> bool:
    """Make the smaller pictures of one, for all articles that show it; False when that is done already.

    Harmless to repeat: same input, same bytes.
    """
    file = _claim(actor, picture_id)
    if file is None:
        return False
    try:
        made = smaller(storage.load(file))
        sizes = {}
        for name, one in made.items():
            sha256 = storage.digest(one.data)
            storage.store().put(sha256, one.data)  # made again from the original at any time: no row of its own
            sizes[name] = {"sha256": sha256, "width": one.width, "height": one.height, "type": one.media_type}
    except Exception as error:
        _note_trouble(actor, picture_id, f"{type(error).__name__}: {error}")
        raise
    _file_sizes(actor, file.sha256, sizes)
    return True


@command
def _claim(actor: Actor, picture_id: int) -> StoredFile | None:
    file_id = db.session.scalar(
        update(ArticlePicture)
        .where(ArticlePicture.id == picture_id, ArticlePicture.due_at.is_not(None))
        .values(attempts=ArticlePicture.attempts + 1, due_at=clock.now() + _CLAIM_FOR)
        .returning(ArticlePicture.file_id)
    )
    return None if file_id is None else storage.find(actor, file_id)


@command
def _file_sizes(actor: Actor, sha256: str, sizes: Mapping[str, Any]) -> None:
    db.session.execute(
        update(ArticlePicture).where(ArticlePicture.sha256 == sha256).values(sizes=sizes, due_at=None, last_error="")
    )


@command
def _note_trouble(actor: Actor, picture_id: int, reason: str) -> None:
    db.session.execute(
        update(ArticlePicture)
        .where(ArticlePicture.id == picture_id)
        .values(last_error=reason[:2000], due_at=clock.now() + timedelta(minutes=1))
    )


@command
def sweep_sizes(actor: Actor, limit: int = 200) -> int:
    """Ask again for sizes that are overdue; after several vain attempts the original is shown for good."""
    due = db.session.execute(
        select(ArticlePicture.id, ArticlePicture.attempts)
        .where(ArticlePicture.due_at <= clock.now() - timedelta(seconds=15))
        .order_by(ArticlePicture.due_at)
        .limit(limit)
    ).all()
    vain = [row.id for row in due if row.attempts >= MAX_ATTEMPTS]
    again = [row.id for row in due if row.attempts < MAX_ATTEMPTS]
    if vain:
        log.warning("no smaller pictures could be made of %s", vain)
        db.session.execute(update(ArticlePicture).where(ArticlePicture.id.in_(vain)).values(due_at=None))
    if again:
        later = clock.now() + timedelta(minutes=1)
        db.session.execute(update(ArticlePicture).where(ArticlePicture.id.in_(again)).values(due_at=later))
    for picture_id in again:
        enqueue("catalog.make_sizes", picture_id)
    return len(again)
