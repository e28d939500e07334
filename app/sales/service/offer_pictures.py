"""The picture of an offer: cleaned like those of articles, kept among the operator's files."""

from __future__ import annotations

from app.catalog.domain.picture import clean, smaller
from app.core.actor import Actor
from app.core.db import command
from app.core.errors import Invalid
from app.core.storage import keep

MEDIA_TYPE = "image/webp"


@command
def keep_picture(actor: Actor, data: bytes, name: str) -> int:
    """Keep a picture in the size of a page; returns the id of its file. Raises Invalid("picture", ...)."""
    try:
        made = smaller(clean(data).data)["page"]
    except Invalid as error:
        raise Invalid("picture", error.message) from None
    return keep(actor, made.data, name=name, media_type=MEDIA_TYPE).id
