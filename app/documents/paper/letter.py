"""Any document with our head and foot: address, facts, a table over as many pages as it takes, what closes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from app.documents.logo import logo_ratio
from app.documents.model.party import Party
from app.documents.model.payment import PaymentMeans
from app.documents.paper.brand import HOUSE, Brand
from app.documents.paper.closing import Block
from app.documents.paper.figures import Figures
from app.documents.paper.first_page import (
    FOOT_LEADING,
    TEXT_LEADING,
    TEXT_SIZE,
    Fact,
    Line,
    foot,
    sender_line,
)
from app.documents.paper.fonts import BOLD
from app.documents.paper.ledger import LEADING, ROW_PADDING, Row
from app.documents.paper.pages import Measured, Page, Room, fill
from app.documents.paper.typeset import MILLIMETRE, POINT, length, width, wrap
from app.documents.paper.words import Words

TEXT_WIDTH = 175 * MILLIMETRE
NOBODY = Party(name="", address=None)

_PAGE_HEIGHT = 297 * MILLIMETRE
_BOTTOM = 9 * MILLIMETRE
_FIRST_TOP, _LATER_TOP = 45 * MILLIMETRE, 25 * MILLIMETRE
_FOOT_HEAD = 18 * POINT
_GAP = 20 * POINT
_MARK_HEIGHT, _MARK_WIDEST = 12 * MILLIMETRE, 60 * MILLIMETRE
_NAME_SIZE, _TITLE_SIZES = 13 * POINT, tuple(size * POINT for size in (22, 20, 18, 16, 14, 12))


class SetTable(Protocol):
    """What a table of a letter gives: set rows and head, and sums set into its columns."""

    @property
    def head(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> tuple[Measured[Row], ...]: ...
    @property
    def head_height(self) -> int: ...
    def sum_row(self, label: str, amount: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Figures and words of the reader's language, and the look of the sender."""

    figures: Figures
    words: Words
    brand: Brand = HOUSE

    @property
    def language(self) -> str:
        return self.figures.language

    def above(self) -> tuple[str, ...]:
        return self.brand.said(self.brand.above, self.language)

    def below(self) -> tuple[str, ...]:
        return self.brand.said(self.brand.below, self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`currency` is given where sums are carried from page to page, beginning at `start`."""

    title: str
    number: str
    date: str
    seller: Party
    address: Sequence[Line]
    facts: Sequence[Fact]
    table: SetTable
    intro: Sequence[str] = ()
    blocks: Sequence[Measured[Block]] = ()
    means: PaymentMeans | None = None
    foot_more: Sequence[str] = ()
    currency: str = ""
    start: Decimal = Decimal(0)


def compose(letter: Letter, voice: Voice) -> dict[str, Any]:
    """All values `documents/letter.html` asks for."""
    _, figures = voice.words, voice.figures
    foot_ = foot(letter.seller, letter.means, figures, _, (*letter.foot_more, *voice.brand.foot))
    foot_top = _PAGE_HEIGHT - _BOTTOM - _FOOT_HEAD - max(len(column) for column in foot_) * FOOT_LEADING
    head = max(len(letter.address) * TEXT_LEADING, sum(fact.height for fact in letter.facts))
    first_top = _FIRST_TOP + head + _GAP
    intro = [line for text in (*voice.above(), *letter.intro) for line in wrap(text, TEXT_WIDTH, TEXT_SIZE)]
    table = letter.table
    room = Room(
        first=foot_top - first_top - _GAP - len(intro) * TEXT_LEADING - (10 * POINT if intro else 0),
        later=foot_top - _LATER_TOP - _GAP,
        head=table.head_height,
        carry=LEADING + ROW_PADDING if letter.currency else 0,
    )
    pages = fill(table.rows, _blocks(letter, voice), room, letter.start)
    name = letter.seller.trading_name or letter.seller.name
    brand_name = (voice.brand.name or name) if voice.brand.is_name_shown else ""
    return {
        "title": letter.title,
        "number": letter.number,
        "date": letter.date,
        "seller": name,
        "brand_name": brand_name,
        "colour": voice.brand.colour,
        "title_size": _title_size(letter.title, brand_name, voice.brand),
        "sender": sender_line(letter.seller),
        "address": letter.address,
        "facts": letter.facts,
        "intro": intro,
        "foot": foot_,
        "head": table.head,
        "pages": [_page(letter, page, voice, len(pages)) for page in pages],
        "address_top": length(_FIRST_TOP),
        "first_top": length(first_top),
        "later_top": length(_LATER_TOP),
        "foot_top": length(foot_top),
    }


def _blocks(letter: Letter, voice: Voice) -> list[Measured[Block]]:
    """What closes the document; the sender's text stands before a place to sign."""
    blocks, below = list(letter.blocks), notes(voice.below())
    end = len(blocks) - 1 if blocks and blocks[-1].item.kind == "signatures" else len(blocks)
    return [*blocks[:end], *below, *blocks[end:]]


def _title_size(title: str, brand_name: str, brand: Brand) -> str:
    """The largest that leaves the sender his room."""
    mark = min(_MARK_HEIGHT * logo_ratio(brand) // 100, _MARK_WIDEST) + 4 * MILLIMETRE
    room = TEXT_WIDTH - mark - width(brand_name, _NAME_SIZE, BOLD) - 6 * MILLIMETRE
    fitting = (size for size in _TITLE_SIZES if width(title, size, BOLD) <= room)
    return length(next(fitting, _TITLE_SIZES[-1]))


def _page(letter: Letter, page: Page[Row, Block], voice: Voice, count: int) -> dict[str, Any]:
    _, brought, carried = voice.words, page.brought, page.carried
    is_first_with_rows = bool(page.rows) or brought is not None
    return {
        "label": _("Page {page} of {pages}", page=page.number, pages=count),
        "rows": page.rows,
        "blocks": page.blocks,
        "has_ledger": is_first_with_rows,
        "brought": _sum(letter, voice, _("Brought forward"), brought),
        "carried": _sum(letter, voice, _("Carried forward"), carried),
    }


def _sum(letter: Letter, voice: Voice, label: str, amount: Decimal | None) -> str:
    if amount is None or not letter.currency:
        return ""
    return letter.table.sum_row(label, voice.figures.amount(amount, letter.currency))


def notes(texts: Sequence[str]) -> list[Measured[Block]]:
    """Paragraphs line by line, so that long ones go over to the next page."""
    found = []
    for text in texts:
        for number, line in enumerate(wrap(text, TEXT_WIDTH, TEXT_SIZE)):
            height = TEXT_LEADING + (0 if number else 4 * POINT)
            found.append(Measured(Block("note", {"line": line, "is_first": number == 0}), height))
    return found


def named(pairs: Sequence[tuple[str, str]], *, due: int = -1) -> list[Measured[Block]]:
    """Labels and amounts at the right, below the lines; the one at `due` stands out."""
    from_end = due % len(pairs) if pairs else 0
    totals = [{"label": label, "amount": amount, "is_due": i == from_end} for i, (label, amount) in enumerate(pairs)]
    height = len(pairs) * 15 * POINT + 4 * POINT + 28 * POINT
    return [Measured(Block("sums", {"vat": (), "reasons": (), "totals": totals}), height)] if pairs else []


def signatures(*labels: str) -> list[Measured[Block]]:
    """Lines to sign on, side by side."""
    return [Measured(Block("signatures", {"labels": labels}), 62 * POINT)]
