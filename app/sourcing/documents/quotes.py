"""A request and a sent version as neutral documents, for EDIFACT and UBL."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.accounts.domain.company import Party, PostalAddress
from app.documents.model import party as neutral
from app.documents.model.invoice import Note
from app.documents.model.order import DeliveryDates, OrderTotals
from app.documents.model.quotation import Quotation, QuotationLine, RequestForQuotation, RequestLine
from app.documents.model.reference import ItemIds, ScalePrice
from app.sourcing.queries.quote_papers import PaperAsk, PaperOffer, QuotePaper, RequestPaper


def request_document(paper: RequestPaper) -> RequestForQuotation:
    """What the buyer asks."""
    quote, zone = paper.quote, ZoneInfo(paper.buyer.time_zone)
    return RequestForQuotation(
        number=quote.number,
        issue_date=(quote.submitted_at or quote.created_at).astimezone(zone).date(),
        lines=tuple(_ask(one) for one in paper.asks),
        currency=quote.currency,
        buyer=_party(paper.buyer),
        seller=_party(paper.seller),
        ship_to=_place(paper.ship_to),
        delivery=DeliveryDates(requested=quote.need_by),
        notes=_notes(quote.note),
    )


def quote_document(paper: QuotePaper) -> Quotation:
    """What we offer; lines we do not offer are left out, further offers of a line are alternatives."""
    quote, version, zone = paper.quote, paper.version, ZoneInfo(paper.buyer.time_zone)
    offers = [one for one in paper.offers if not one.is_no_offer and one.unit_price is not None]
    return Quotation(
        number=f"{quote.number}/{version.number}",
        issue_date=_day(version.sent_at, zone),
        lines=tuple(_offer(one, quote.currency) for one in offers),
        request_number=quote.number,
        valid_until=_day(paper.valid_until, zone),
        currency=quote.currency,
        buyer=_party(paper.buyer),
        seller=_party(paper.seller),
        ship_to=_place(paper.ship_to),
        notes=(*_notes(version.intro), *_notes(version.terms)),
        totals=OrderTotals(lines=len(offers), net=_plain(version.net_total)),
    )


def _ask(one: PaperAsk) -> RequestLine:
    return RequestLine(
        position=str(one.position),
        quantity=_plain(one.quantity),
        unit=one.unit,
        ids=ItemIds(sku=one.sku, buyer_sku=one.buyer_sku, gtin=one.gtin),
        name=one.name,
        target_price=None if one.target_price is None else _plain(one.target_price),
        delivery=DeliveryDates(requested=one.need_by),
        notes=_notes(one.note),
    )


def _offer(one: PaperOffer, currency: str) -> QuotationLine:
    base = _plain(one.base_quantity)
    price = ScalePrice(
        amount=_plain(one.unit_price or Decimal(0)),
        from_quantity=_plain(one.min_quantity),
        base_quantity=None if base == 1 else base,
        unit=one.unit,
        currency=currency,
    )
    return QuotationLine(
        position=one.number,
        quantity=_plain(one.quantity),
        unit=one.unit,
        request_line=str(one.position),
        ids=ItemIds(sku=one.sku, buyer_sku=one.buyer_sku, gtin=one.gtin),
        name=one.name,
        prices=(price,),
        net=None if one.net is None else _plain(one.net),
        lead_time_days=one.lead_days,
        is_alternative=one.is_alternative or not one.is_main,
        notes=_notes(one.note),
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else moment.astimezone(zone).date()


def _notes(text: str) -> tuple[Note, ...]:
    return (Note(text),) if text else ()


def _party(party: Party) -> neutral.Party:
    return neutral.Party(
        name=party.legal_name or party.name,
        address=_address(party.address, party.country),
        vat_id=party.vat_id,
        gln=party.gln,
        contact=neutral.Contact(phone=party.phone, email=party.email),
    )


def _place(place: PostalAddress | None) -> neutral.Party | None:
    if place is None:
        return None
    return neutral.Party(name=place.name or place.label, address=_address(place, place.country), gln=place.gln)


def _address(place: PostalAddress | None, country: str) -> neutral.Address:
    if place is None:
        return neutral.Address(country=country)
    return neutral.Address(
        country=place.country, street=place.street, additional=place.street2, city=place.city,
        postal_code=place.postcode, region=place.region,
    )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    """Without the zeros that numeric(18,6) adds."""
    return value.normalize() + 0
