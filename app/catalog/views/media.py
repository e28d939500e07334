"""Bytes of pictures by content hash, kept by browsers for a year, and the drawn picture of articles without one."""

from __future__ import annotations

from flask import Response, request, send_file

from app.catalog.domain.article import Article
from app.catalog.domain.placeholder import LETTERS, initials, placeholder
from app.catalog.policy import Permission
from app.catalog.queries.media import open_bytes, picture_bytes
from app.catalog.views import blueprint
from app.core.errors import NotFound
from app.web.access import actor, public, requires
from app.web.assets import YEAR


def picture_address(article: Article, size: str = "thumb") -> str:
    """Where the picture of an article lies, or the drawn one; made by hand because lists ask for fifty."""
    root = request.script_root
    if article.picture:
        return f"{root}/pictures/{article.picture}/{size}"
    return f"{root}/pictures/none/{initials(article.brand, article.name)}.svg"


blueprint.add_app_template_filter(picture_address, "picture_address")


@blueprint.get("/pictures/<string(length=64):sha256>/<any(thumb, card, page, original):size>")
@requires(Permission.READ)
def picture(sha256: str, size: str) -> Response:
    found = picture_bytes(actor(), sha256, size)
    answer = send_file(open_bytes(found.sha256), mimetype=found.media_type, etag=found.sha256, max_age=YEAR)
    # Only for who is signed in, so no cache between may keep it.
    answer.headers["Cache-Control"] = f"private, max-age={YEAR}, immutable" if found.is_final else "no-cache, private"
    return answer


@blueprint.get("/pictures/none/<letters>.svg")
@public
def drawn(letters: str) -> Response:
    if LETTERS.fullmatch(letters) is None:
        raise NotFound
    answer = Response(placeholder(letters), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return answer
