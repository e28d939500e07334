"""A sent version of a quote on paper, in the account's language."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.accounts.domain.company import Party
from app.core.units import unit_each, unit_name
from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.paper.figures import NBSP, Figures, figures
from app.documents.paper.words import Translate, Words
from app.sourcing.queries.quote_papers import PaperOffer, QuotePaper


def quote_sheet(paper: QuotePaper, language: str, translate: Translate) -> RecordDocument:
    """Everything `documents/record.html` prints of it, in words and figures of the language."""
    return _Sheet(paper, figures(language), Words(translate)).record()


class _Sheet:
    def __init__(self, paper: QuotePaper, write: Figures, words: Words) -> None:
        self.paper, self.write, self.words = paper, write, words
        self.currency = paper.quote.currency
        self.zone = ZoneInfo(paper.buyer.time_zone)

    def record(self) -> RecordDocument:
        _, paper = self.words, self.paper
        seller = paper.seller
        return RecordDocument(
            title=_("Quote"),
            number=f"{paper.quote.number}/{paper.version.number}",
            issuer=seller.name,
            facts=tuple(self._facts()),
            sections=tuple(self._sections()),
            addressee=(*self._address(paper.buyer), *filter(None, (paper.quote.buyer_name,))),
            foot=(
                ", ".join(filter(None, (*self._address(seller), seller.vat_id, seller.phone, seller.email))),
            ),
        )  # fmt: skip

    def _facts(self) -> list[tuple[str, str]]:
        _, quote, version = self.words, self.paper.quote, self.paper.version
        facts = [(_("Date"), self._moment(version.sent_at, with_time=False))]
        if self.paper.valid_until is not None:
            facts.append((_("Valid until"), self._moment(self.paper.valid_until)))
        if quote.title:
            facts.append((_("Subject"), quote.title))
        if version.author:
            facts.append((_("Your contact"), version.author))
        place = self.paper.ship_to
        if place is not None:
            facts.append((_("Ship to"), ", ".join(filter(None, (place.name or place.label, *place.lines)))))
        return facts

    def _sections(self) -> list[RecordSection]:
        _, version = self.words, self.paper.version
        sections = []
        if version.intro:
            sections.append(RecordSection("", tuple(version.intro.splitlines())))
        sections.append(
            RecordSection(
                _("What we offer"),
                columns=(
                    RecordColumn(_("No.")), RecordColumn(_("Article"), 4), RecordColumn(_("Quantity"), is_number=True),
                    RecordColumn(_("Price"), is_number=True),
                    RecordColumn(f"{_('Net')}{NBSP}{self.currency}", is_number=True),
                ),
                rows=(*(self._row(one) for one in self.paper.offers), self._total()),
            )
        )  # fmt: skip
        closing = [_("All prices are net; VAT is added as the law says.")]
        if any(not one.is_main for one in self.paper.offers):
            closing.append(_("Further offers for a line are not in the total: choose one of them."))
        sections.append(RecordSection(_("Terms"), (*version.terms.splitlines(), *closing)))
        return sections

    def _row(self, one: PaperOffer) -> tuple[str, ...]:
        _ = self.words
        article = " ".join(filter(None, (one.sku, one.name)))
        unit = self.words(unit_name(one.unit).text)
        if one.is_no_offer or one.unit_price is None:
            return (
                one.number,
                f"{article}\n{_('We cannot offer this.')}",
                f"{self._quantity(one.quantity)} {unit}",
                "–",
                "",
            )
        notes = [*self._notes(one, unit), *filter(None, (one.note,))]
        net = "" if one.net is None else self.write.amount(one.net.normalize() + 0, self.currency)
        if not one.is_main:
            net = f"({net})"
        return (
            one.number,
            "\n".join((article, *notes)),
            f"{self._quantity(one.quantity)}{NBSP}{unit}",
            self._price(one),
            net,
        )

    def _notes(self, one: PaperOffer, unit: str) -> list[str]:
        _ = self.words
        notes = []
        if one.buyer_sku:
            notes.append(_("yours: {number}", number=one.buyer_sku))
        if one.is_alternative:
            notes.append(_("Offered instead of what you asked for."))
        least, most = self._quantity(one.min_quantity), one.max_quantity
        if most is None:
            notes.append(_("This price holds for {least} {unit} or more.", least=least, unit=unit))
        elif most != one.min_quantity:
            notes.append(
                _("This price holds for {least} to {most} {unit}.", least=least, most=self._quantity(most), unit=unit)
            )
        if one.lead_days is not None:
            notes.append(_("Leaves within {n} days.", n=one.lead_days))
        return notes

    def _price(self, one: PaperOffer) -> str:
        price = self.write.price((one.unit_price or Decimal(0)).normalize() + 0, self.currency)
        if one.base_quantity == 1:
            return f"{price} / {self.words(unit_each(one.unit).text)}"
        return f"{price} / {self._quantity(one.base_quantity)}{NBSP}{self.words(unit_name(one.unit).text)}"

    def _total(self) -> tuple[str, ...]:
        net = self.write.amount(self.paper.version.net_total.normalize() + 0, self.currency)
        return ("", self.words("Total without VAT"), "", "", net)

    def _quantity(self, value: Decimal) -> str:
        return self.write.quantity(value.normalize() + 0)

    def _moment(self, moment: datetime | None, *, with_time: bool = True) -> str:
        if moment is None:
            return ""
        local = moment.astimezone(self.zone)
        day = self.write.day(local.date())
        return f"{day}, {local:%H:%M} ({self.paper.buyer.time_zone})" if with_time else day

    def _address(self, party: Party) -> tuple[str, ...]:
        place = party.address
        name = party.legal_name or party.name
        if place is None:
            return (name, self.write.country(party.country))
        return (name, *place.lines, self.write.country(place.country))
