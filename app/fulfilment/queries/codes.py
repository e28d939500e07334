"""Which article a scanned code stands for."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.quantity import Factor
from app.core.texts import N_
from app.fulfilment.domain.scanning import Scan
from app.inventory.models.tracking import ArticleTracking, SerialNumber

_ONE = Factor(1)


def found_article(actor: Actor, read: Scan) -> tuple[int, str, Decimal, Scan]:
    """Article, SKU and base units of a scan; the number of a single piece stands for its article. Raises Invalid."""
    if read.sscc:
        raise Invalid("code", N_("This is the number of a package. Scan what is inside."))
    matches = articles_by_code(actor, read.codes)
    for code in read.codes:
        found = matches.get(key_of(code), [])
        if len(found) == 1:
            article = found[0]
            factor = article.factor(article.found_unit) if article.found_unit else _ONE
            assert factor is not None
            return article.id, article.sku, factor.to_base(Decimal(read.count)), read
        if found:
            raise Invalid("code", N_("{code} stands for several articles. Scan another code of it.", code=code))
    return _piece(read)


def _piece(read: Scan) -> tuple[int, str, Decimal, Scan]:
    from_number = select(SerialNumber.article_id).where(
        SerialNumber.number == read.codes[0], SerialNumber.state == "stock"
    )
    articles = list(db.session.scalars(from_number))
    if len(articles) != 1:
        raise Invalid("code", N_("Nothing is known by the code {code}.", code=read.codes[0]))
    sku = db.session.scalar(select(Article.sku).where(Article.id == articles[0]))
    return articles[0], str(sku), Decimal(1), Scan(read.codes, 1, serial=read.codes[0])


def needs_serials(actor: Actor, article_id: int) -> bool:
    """Whether each piece of the article is known by its number."""
    return bool(db.session.scalar(select(ArticleTracking.needs_serial).where(ArticleTracking.article_id == article_id)))
