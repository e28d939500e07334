"""Offers to accounts: kinds, states, who is held out, and what an offer must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from urllib.parse import urlsplit

from app.core.errors import Conflict, Invalid
from app.core.texts import N_, Message

LANGUAGES = ("en", "ru", "uk")
MOST_GOODS = 500
MOST_NAMED = 1000
_HUNDRED = 100


class OfferKind(StrEnum):
    PRICE = "price"  # makes a promotion or a price list for its audience
    PROMOTION = "promotion"  # shows a promotion that pricing has already
    BANNER = "banner"
    NEWS = "news"


class OfferState(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"  # for the release by somebody else
    RELEASED = "released"
    RUNNING = "running"
    ENDED = "ended"
    STOPPED = "stopped"


KIND_NAMES: Mapping[OfferKind, Message] = {
    OfferKind.PRICE: N_("Price action"), OfferKind.PROMOTION: N_("Promotion"), OfferKind.BANNER: N_("Banner"),
    OfferKind.NEWS: N_("News"),
}  # fmt: skip
STATE_NAMES: Mapping[OfferState, tuple[str, Message]] = {
    OfferState.DRAFT: ("plain", N_("Draft")), OfferState.WAITING: ("warn", N_("waits for release")),
    OfferState.RELEASED: ("info", N_("planned")), OfferState.RUNNING: ("good", N_("running")),
    OfferState.ENDED: ("plain", N_("ended")), OfferState.STOPPED: ("bad", N_("stopped")),
}  # fmt: skip

# action -> from which states, into which
MOVES: Mapping[str, tuple[frozenset[OfferState], OfferState]] = {
    "change": (frozenset({OfferState.DRAFT, OfferState.WAITING}), OfferState.DRAFT),
    "ask": (frozenset({OfferState.DRAFT}), OfferState.WAITING),
    "release": (frozenset({OfferState.DRAFT, OfferState.WAITING}), OfferState.RELEASED),
    "start": (frozenset({OfferState.RELEASED}), OfferState.RUNNING),
    "end": (frozenset({OfferState.RUNNING}), OfferState.ENDED),
    "stop": (frozenset({OfferState.RELEASED, OfferState.RUNNING}), OfferState.STOPPED),
}
LIVE = (OfferState.RELEASED, OfferState.RUNNING)


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods of an offer: `kind` is article (its number), category (its code) or brand.

    `price` is net for a base unit in the offer's currency, for articles alone.
    """

    kind: str
    code: str
    price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom: `kind` is account, group or segment, each by its code."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """An offer as it shall be. No audience with `is_for_all`; `percent` off, or a price for each of the goods.

    `titles` and `texts` are by language (en, ru, uk). `link` is a path of the portal, by default the goods. `ends_at`
    is the first moment it holds no more. `budget_amount` is net in `currency`.
    """

    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    link: str = ""
    file_id: int | None = None
    audience: tuple[Audience, ...] = ()
    is_for_all: bool = False
    goods: tuple[Goods, ...] = ()
    percent: Decimal | None = None
    currency: str = ""
    budget_amount: Decimal | None = None
    promotion_code: str = ""
    priority: int = 100
    shows_per_person: int | None = None
    holdout_percent: int = 0
    with_mail: bool = False

    @property
    def has_prices(self) -> bool:
        return any(one.price is not None for one in self.goods)


def moved(state: str, action: str) -> OfferState:
    """The state after an action; raises Conflict where the offer is beyond it."""
    before, after = MOVES[action]
    if state not in before:
        raise Conflict(
            N_("The offer is {state}: this cannot be done any more.", state=STATE_NAMES[OfferState(state)][1])
        )
    return after


def is_held_out(offer_id: int, company_id: int, percent: int) -> bool:
    """Whether an account is in the share that does not get the offer: the same answer for ever, other for each offer."""
    drawn = int.from_bytes(sha256(f"offer {offer_id} account {company_id}".encode()).digest()[:8])
    return drawn % _HUNDRED < percent


def check(row: OfferRow) -> None:
    """Raise Invalid with the field for what can be told without the database."""
    if not 0 < len(row.name.strip()) <= 120:
        raise Invalid("name", N_("Give it a name of at most {most} characters.", most=120))
    if row.kind not in tuple(OfferKind):
        raise Invalid("kind", N_("Choose what kind of offer it is."))
    if row.ends_at is not None and row.ends_at <= row.starts_at:
        raise Invalid("ends_at", N_("The end is after the start."))
    if row.is_for_all == bool(row.audience):
        raise Invalid("audience", N_("Name whom it is for, or choose all accounts."))
    if len(row.audience) > MOST_NAMED or len(row.goods) > MOST_GOODS:
        raise Invalid("audience", N_("At most {most} rows.", most=MOST_NAMED))
    if not 0 <= row.holdout_percent <= 50:
        raise Invalid("holdout_percent", N_("Take {least} to {most}.", least=0, most=50))
    if not 0 <= row.priority <= 9999:
        raise Invalid("priority", N_("A priority is from 0 to {most}; the lower goes first.", most=9999))
    if row.shows_per_person is not None and row.shows_per_person < 1:
        raise Invalid("shows_per_person", N_("A limit is above zero; leave it empty for none."))
    _check_words(row)
    _check_price(row)


def _check_words(row: OfferRow) -> None:
    if not any(row.titles.get(language, "").strip() for language in LANGUAGES):
        raise Invalid("title_en", N_("Say in one language at least what buyers read."))
    for language in LANGUAGES:
        if len(row.titles.get(language, "")) > 120:
            raise Invalid(f"title_{language}", N_("At most {most} characters.", most=120))
        if len(row.texts.get(language, "")) > 1000:
            raise Invalid(f"text_{language}", N_("At most {most} characters.", most=1000))
    parts = urlsplit(row.link)
    if row.link and (parts.scheme or parts.netloc or not row.link.startswith("/") or row.link.startswith("//")):
        raise Invalid("link", N_("A link is a path of this portal, such as {example}.", example="/shop?q=rope"))


def _check_price(row: OfferRow) -> None:
    if row.kind != OfferKind.PRICE:
        if row.percent is not None or row.has_prices or row.budget_amount is not None:
            raise Invalid("percent", N_("Only a price action has prices and a budget."))
        return
    if row.percent is None and not row.has_prices:
        raise Invalid("percent", N_("Enter the percent off, or a price for each article."))
    if row.percent is not None and row.has_prices:
        raise Invalid("percent", N_("Enter the percent off or prices, not both."))
    if row.percent is not None and not 0 < row.percent <= _HUNDRED:
        raise Invalid("percent", N_("Enter a number from {least} to {most}.", least=1, most=100))
    if row.has_prices and any(one.kind != "article" or one.price is None or one.price < 0 for one in row.goods):
        raise Invalid("goods", N_("Where one article has a price, each row is an article with a price."))
    if row.has_prices and row.budget_amount is not None:
        raise Invalid("budget_amount", N_("A budget goes with percent off, not with prices."))
    if row.budget_amount is not None and row.budget_amount <= 0:
        raise Invalid("budget_amount", N_("A limit is above zero; leave it empty for none."))
    if (row.has_prices or row.budget_amount is not None) and not row.currency:
        raise Invalid("currency", N_("Name the currency of the amounts, such as {currency}.", currency="EUR"))
