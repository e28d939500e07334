"""Two segments that rules fill, a price action that has run for three weeks, news for next week, an order of the shop."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal

from PIL import Image, ImageDraw
from sqlalchemy import text, update

from app.accounts.domain.groups import SetFacts
from app.accounts.service.groups import upsert_segment
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.operator_settings import change_setting
from app.core.tenancy import acting_as
from app.sales.domain.offers import Audience, Goods, OfferRow
from app.sales.domain.segment_rules import parse_rule
from app.sales.models.offers import Offer
from app.sales.service.offer_pictures import keep_picture
from app.sales.service.offers import create_offer, release_offer
from app.sales.service.ranking import rank_now
from app.sales.service.segments import save_rule
from app.sales.service.start_pages import refresh_pages, set_blocks

_REGULARS = {
    "blocks": [
        [{"fact": "orders", "op": "at_least", "values": ["3"], "days": 365},
         {"fact": "category_share", "op": "at_least", "values": ["5"], "about": "FA", "days": 365}],
    ]
}  # fmt: skip
_QUIET = {
    "blocks": [
        [{"fact": "recency", "op": "at_least", "values": ["45"]}],
        [{"fact": "orders", "op": "at_most", "values": ["0"], "days": 365},
         {"fact": "age", "op": "at_most", "values": ["60"]}],
    ]
}  # fmt: skip
_WEEKS = timedelta(days=21)
# What people did with the price action so far.
_SEEN = text("""
INSERT INTO offer_people (offer_id, company_id, user_id, shown, clicked)
SELECT r.offer_id, r.company_id, m.user_id, 3 + m.id % 5, m.id % 2 FROM offer_accounts r
JOIN memberships m ON m.company_id = r.company_id WHERE r.offer_id = :offer AND NOT r.is_held_out""")


def add_offers(actor: Actor) -> None:
    """Campaigns as the sales desk finds them in the first minute."""
    with acting_as(actor):
        _campaigns(actor)


def _campaigns(actor: Actor) -> None:
    upsert_segment(actor, SetFacts("REGULARS", "Regular buyers of fasteners", "Three orders a year or more.", 30))
    upsert_segment(actor, SetFacts("QUIET", "Quiet or new", "No order for 45 days, or new and none yet.", 40))
    save_rule(actor, "REGULARS", parse_rule(_REGULARS))
    save_rule(actor, "QUIET", parse_rule(_QUIET))
    _price_action(actor)
    now = clock.now().replace(hour=7, minute=0, second=0, microsecond=0)
    news = OfferRow(
        name="New catalogue", kind="news", starts_at=now + timedelta(days=7), is_for_all=True,
        ends_at=now + timedelta(days=40), link="/shop",
        titles={"en": "The new catalogue is here", "ru": "Новый каталог уже здесь", "uk": "Новий каталог уже тут"},
        texts={"en": "300 new articles for installers.", "ru": "300 новых товаров для монтажников.",
               "uk": "300 нових товарів для монтажників."},
    )  # fmt: skip
    release_offer(actor, create_offer(actor, news, client_ref="demo-news"))
    set_blocks(actor, "segment", "QUIET", [("banner", True), ("news", True), ("due", True), ("price", True)])
    refresh_pages(actor)
    change_setting(actor, "ranking.margin", Decimal("1.5"))
    rank_now(actor)


def _price_action(actor: Actor) -> None:
    start = clock.now() - _WEEKS
    row = OfferRow(
        name="Fasteners for regulars", kind="price", starts_at=start, ends_at=start + 2 * _WEEKS,
        titles={"en": "Fasteners: 4 percent less for you", "ru": "Крепёж: для вас дешевле на 4 процента",
                "uk": "Кріплення: для вас дешевше на 4 відсотки"},
        texts={"en": "On all screws, bolts and nuts, as our thanks for a good year.",
               "ru": "На все винты, болты и гайки: спасибо за хороший год.",
               "uk": "На всі гвинти, болти й гайки: дякуємо за гарний рік."},
        audience=(Audience("segment", "REGULARS"), Audience("group", "SHIPYARDS")), goods=(Goods("category", "FA"),),
        percent=Decimal(4), currency="EUR", budget_amount=Decimal(3000), holdout_percent=20,
        file_id=keep_picture(actor, _picture(), "fasteners.png"),
    )  # fmt: skip
    offer_id = create_offer(actor, row, client_ref="demo-fasteners")
    release_offer(actor, offer_id)
    with transaction():
        db.session.execute(update(Offer).where(Offer.id == offer_id).values(released_at=start, released_by_name="demo"))
        db.session.execute(_SEEN, {"offer": offer_id})


def _picture() -> bytes:
    """Hexagons in a row, drawn here."""
    picture = Image.new("RGB", (960, 240), "#efe9dc")
    draw = ImageDraw.Draw(picture)
    for place in range(9):
        middle = (90 + place * 100, 120)
        draw.regular_polygon((*middle, 58), 6, fill="#0f5c5c" if place % 3 else "#b4532a")
        draw.ellipse((middle[0] - 24, 96, middle[0] + 24, 144), fill="#efe9dc")
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()
