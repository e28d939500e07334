"""An account's catalogue for its partner: what it may see, at its own prices, read part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select

from app.accounts.queries.companies import customer_party, operator_party
from app.billing.documents.invoice import seller_party
from app.catalog.models.articles import Article
from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict
from app.core.texts import N_
from app.documents.model.catalogue import Catalogue, CatalogueItem
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds, ScalePrice
from app.exchange.domain.arrivals import Subject
from app.exchange.domain.partners import Codes
from app.exchange.mapping.codes import to_theirs
from app.exchange.models.messages import ExchangeMessage
from app.exchange.policy import Permission
from app.exchange.queries.partners import codes
from app.exchange.queries.partners import partner as partner_of
from app.exchange.service.outbox import plan
from app.pricing.queries.personal import OwnPrices, Range, own_prices, range_of


@command
def send_catalogue(actor: Actor, partner_id: int) -> int | None:
    """Plan the catalogue of a partner's account as it stands now; None: nothing was agreed about it.

    Asked for twice in the same minute it is sent once.
    """
    actor.demand(Permission.PARTNERS)
    found = partner_of(actor, partner_id)
    if found.company_id is None:
        raise Conflict(N_("The account is not known: the partner speaks for several."))
    return plan(
        actor, found.company_id, "catalogue", subject=Subject("price_list", found.company_id),
        client_ref=f"catalogue:{found.id}:{clock.now():%Y%m%d%H%M}", partner_id=found.id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Items:
    """Read from the database each time they are gone through, a thousand at a time."""

    actor: Actor
    company_id: int
    wanted: Range
    on: date
    currency: str
    codes: Codes

    def __iter__(self) -> Iterator[CatalogueItem]:
        for part in own_prices(self.actor, self.company_id, self.wanted, self.on):
            facts = _facts(one.sku for one in part)
            for one in part:
                yield to_theirs(self._item(one, facts[one.sku]), self.codes)

    def _item(self, own: OwnPrices, article: Article) -> CatalogueItem:
        """In one unit: that of the article, else the first that has a price."""
        units = {step.unit for step in own.breaks}
        unit = article.base_unit if article.base_unit in units else own.breaks[0].unit
        last = own.until - timedelta(days=1) if own.until is not None else None
        return CatalogueItem(
            ids=ItemIds(sku=own.sku, buyer_sku=own.own_number, gtin=article.gtin, manufacturer_sku=article.mpn),
            names={self.actor.locale: own.name}, order_unit=unit, vat_category=article.vat_category, brand=own.brand,
            prices=tuple(
                ScalePrice(amount=step.price, from_quantity=step.min_quantity, base_quantity=step.base_quantity,
                           unit=unit, currency=self.currency, start=self.on, end=last)
                for step in own.breaks if step.unit == unit
            ),
            minimum=article.minimum or None, step=article.step or None, lead_time_days=article.lead_time_days,
            country_of_origin=article.origin_country, customs_number=article.customs_code,
        )  # fmt: skip


def _facts(skus: Iterable[str]) -> dict[str, Article]:
    rows = db.session.execute(
        select(Article.sku, Article.gtin, Article.mpn, Article.base_unit, Article.vat_category, Article.minimum,
               Article.step, Article.lead_time_days, Article.origin_country, Article.customs_code)
        .where(Article.sku.in_(list(skus)))
    )  # fmt: skip
    return {row.sku: row for row in rows}  # type: ignore[misc]


def compose_catalogue(actor: Actor, message: ExchangeMessage) -> Catalogue:
    """The catalogue of a planned message."""
    company_id = message.company_id or 0
    account = customer_party(actor, company_id)
    on = clock.today(account.time_zone)
    known = codes(message.partner_id or 0)
    reader = replace(actor, locale=account.locale)
    items = _Items(reader, company_id, range_of(reader, company_id, ""), on, account.currency, known)
    if next(iter(items), None) is None:
        raise Conflict(N_("There is nothing to send."))
    buyer = Party(name=account.legal_name or account.name, address=None, gln=account.gln, vat_id=account.vat_id)
    return Catalogue(
        number=message.reference, version="1", items=items, issue_date=on, start=on, currency=account.currency,
        language=account.locale, name=account.code, seller=seller_party(operator_party(actor)), buyer=buyer,
    )  # fmt: skip
