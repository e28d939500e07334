"""Pictures drawn by code, data sheets and certificates, own fields, hazard and origin, an article that runs out."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence
from datetime import timedelta

from PIL import Image, ImageDraw, ImageFont

from app.catalog.domain.article_row import ArticleRow
from app.catalog.domain.attachment import FileFacts
from app.catalog.domain.bulk import BulkChange
from app.catalog.domain.hazard import Hazard
from app.catalog.domain.own_fields import OwnField
from app.catalog.queries.articles import articles_by_code
from app.catalog.queries.media import article_media
from app.catalog.service.articles import upsert_articles
from app.catalog.service.attachments import add_attachment
from app.catalog.service.bulk import apply_change, choose
from app.catalog.service.own_fields import define_field
from app.catalog.service.pictures import make_sizes, share_picture
from app.core import clock
from app.core.actor import Actor
from app.trial.demo.families import DemoArticle

_SIDE = 800
_STEEL, _DARK, _BRASS, _PAPER, _RED = "#8f9ba3", "#3b474e", "#b58a3c", "#c9a77a", "#b4532a"
Draw = ImageDraw.ImageDraw


def _hexagon(draw: Draw, middle: tuple[int, int], radius: int, fill: str) -> None:
    points = [
        (
            middle[0] + radius * math.cos(math.radians(60 * n + 30)),
            middle[1] + radius * math.sin(math.radians(60 * n + 30)),
        )
        for n in range(6)
    ]
    draw.polygon(points, fill=fill, outline=_DARK, width=6)


def _bolt(draw: Draw) -> None:
    draw.rounded_rectangle((150, 250, 280, 550), 20, fill=_STEEL, outline=_DARK, width=6)
    draw.rectangle((280, 320, 680, 480), fill=_STEEL, outline=_DARK, width=6)
    for x in range(400, 680, 28):
        draw.line((x, 320, x + 22, 480), fill=_DARK, width=5)


def _nut(draw: Draw) -> None:
    _hexagon(draw, (400, 400), 280, _STEEL)
    draw.ellipse((260, 260, 540, 540), fill="white", outline=_DARK, width=6)


def _washer(draw: Draw) -> None:
    draw.ellipse((120, 120, 680, 680), fill=_STEEL, outline=_DARK, width=6)
    draw.ellipse((270, 270, 530, 530), fill="white", outline=_DARK, width=6)


def _disc(draw: Draw) -> None:
    draw.ellipse((90, 90, 710, 710), fill=_DARK)
    draw.ellipse((280, 280, 520, 520), fill=_RED)
    draw.ellipse((350, 350, 450, 450), fill="white")


def _tape(draw: Draw) -> None:
    draw.ellipse((110, 150, 690, 690), fill=_PAPER, outline=_DARK, width=6)
    draw.ellipse((250, 290, 550, 550), fill="white", outline=_DARK, width=6)
    draw.polygon(((640, 300), (760, 230), (780, 270), (680, 350)), fill=_PAPER, outline=_DARK)


def _drill(draw: Draw) -> None:
    draw.rectangle((90, 360, 330, 440), fill=_STEEL, outline=_DARK, width=6)
    draw.polygon(((330, 340), (680, 340), (740, 400), (680, 460), (330, 460)), fill=_BRASS, outline=_DARK, width=6)
    for x in range(350, 660, 70):
        draw.line((x, 340, x + 60, 460), fill=_DARK, width=10)


def _box(draw: Draw) -> None:
    draw.polygon(((400, 130), (700, 270), (400, 410), (100, 270)), fill="#dcc19b", outline=_DARK, width=6)
    draw.polygon(((100, 270), (400, 410), (400, 700), (100, 550)), fill=_PAPER, outline=_DARK, width=6)
    draw.polygon(((700, 270), (400, 410), (400, 700), (700, 550)), fill="#b8925f", outline=_DARK, width=6)


def _cable(draw: Draw) -> None:
    for ring in range(5):
        inset = 100 + ring * 55
        draw.ellipse((inset, inset, 800 - inset, 800 - inset), outline=_DARK, width=34)


# family -> drawing, and what it shows
_DRAWN: dict[str, tuple[Callable[[Draw], None], dict[str, str]]] = {
    "HB": (_bolt, {"en": "Hexagon bolt, drawn", "ru": "Болт, рисунок", "uk": "Болт, малюнок"}),
    "SC": (_bolt, {"en": "Socket cap screw, drawn", "ru": "Винт, рисунок", "uk": "Гвинт, малюнок"}),
    "HP": (_bolt, {"en": "Hexagon bolt, drawn", "ru": "Болт, рисунок", "uk": "Болт, малюнок"}),
    "NU": (_nut, {"en": "Hexagon nut, drawn", "ru": "Гайка, рисунок", "uk": "Гайка, малюнок"}),
    "WA": (_washer, {"en": "Washer, drawn", "ru": "Шайба, рисунок", "uk": "Шайба, малюнок"}),
    "CD": (_disc, {"en": "Cutting disc, drawn", "ru": "Отрезной круг, рисунок", "uk": "Відрізний диск, малюнок"}),
    "TP": (_tape, {"en": "Roll of tape, drawn", "ru": "Рулон ленты, рисунок", "uk": "Рулон стрічки, малюнок"}),
    "DB": (_drill, {"en": "Twist drill, drawn", "ru": "Сверло, рисунок", "uk": "Свердло, малюнок"}),
    "BX": (_box, {"en": "Folding box, drawn", "ru": "Короб, рисунок", "uk": "Короб, малюнок"}),
    "CA": (_cable, {"en": "Ring of cable, drawn", "ru": "Бухта кабеля, рисунок", "uk": "Бухта кабелю, малюнок"}),
}
_PAGE = 1240, 1754  # A4 at 150 dots an inch
_NOTE = "Nordkontor. An invented document for the demo."


def add_media(actor: Actor, items: Sequence[DemoArticle]) -> None:
    """All of it, for articles that can be found on the first page of the shop."""
    families: dict[str, list[DemoArticle]] = {}
    for item in items:
        families.setdefault(item.sku.partition("-")[0], []).append(item)
    _pictures(actor, families)
    _files(actor, families)
    _facts(actor, families)


def _drawing(paint: Callable[[Draw], None]) -> bytes:
    picture = Image.new("RGB", (_SIDE, _SIDE), "white")
    paint(ImageDraw.Draw(picture))
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def _pictures(actor: Actor, families: dict[str, list[DemoArticle]]) -> None:
    for code, (paint, alt) in _DRAWN.items():
        skus = [item.sku for item in families[code]]
        share_picture(actor, skus, _drawing(paint), f"{code}.png", alt)
        first = articles_by_code(actor, skus[:1])[skus[0]][0]
        make_sizes(actor, article_media(actor, first.id).pictures[0].id)


def _sheet(title: str, about: str, facts: dict[str, str]) -> bytes:
    """A page as PDF, drawn: setting it as documents are set takes the demo seconds."""
    page = Image.new("L", _PAGE, 255)
    draw = ImageDraw.Draw(page)
    head, body = ImageFont.load_default(52), ImageFont.load_default(30)
    draw.text((120, 140), title, 0, head)
    draw.text((120, 250), about, 0, body)
    for place, (name, value) in enumerate(facts.items()):
        top = 360 + place * 70
        draw.line((120, top, _PAGE[0] - 120, top), 160, 2)
        draw.text((120, top + 16), name, 90, body)
        draw.text((520, top + 16), value, 0, body)
    draw.text((120, _PAGE[1] - 160), _NOTE, 90, body)
    target = io.BytesIO()
    page.save(target, "PDF", resolution=150, title=title)
    return target.getvalue()


def _files(actor: Actor, families: dict[str, list[DemoArticle]]) -> None:
    today = clock.today("Europe/Berlin")
    bolts = _sheet(
        "Hexagon bolts DIN 933", "Full thread, metric.", {"Strength": "8.8 or A2-70", "Surface": "zinc or plain"}
    )
    for item in families["HB"][:8]:
        add_attachment(actor, item.sku, bolts, "DIN-933.pdf", FileFacts(title="Data sheet DIN 933"))
    tapes = _sheet("Adhesive tapes", "Packing tapes of film.", {"Adhesive": "acrylic", "Temperature": "-10 to 60 °C"})
    for item in families["TP"][:12]:
        add_attachment(actor, item.sku, tapes, "tapes.pdf", FileFacts(title="Data sheet adhesive tapes"))
    proof = _sheet("Declaration of performance", "Steel bolts for structures.", {"Standard": "EN 15048-1"})
    for item, days in zip(families["HB"][:3], (-20, 30, 900), strict=True):
        facts = FileFacts(
            "certificate", "Declaration of performance", "", today - timedelta(days=365), today + timedelta(days=days)
        )
        add_attachment(actor, item.sku, proof, "EN-15048.pdf", facts)
    manual = _sheet(
        "Handling cutting discs", "Read before use.", {"Highest speed": "80 m/s", "Store": "dry, three years"}
    )
    for item in families["CD"][:4]:
        add_attachment(actor, item.sku, manual, "handling.pdf", FileFacts("manual", "Handling cutting discs", "en"))


def _facts(actor: Actor, families: dict[str, list[DemoArticle]]) -> None:
    define_field(
        actor,
        OwnField(
            "shelflife",
            "Shelf life in months",
            "number",
            {"ru": "Срок хранения, мес.", "uk": "Термін зберігання, міс."},
            position=10,
        ),
        is_new=True,
    )
    define_field(
        actor,
        OwnField("recycled", "Recycled material", "flag", {"ru": "Из вторсырья", "uk": "Із вторсировини"}, position=20),
        is_new=True,
    )
    shelf = OwnField(
        "shelf",
        "Shelf in the sample room",
        "text",
        {"ru": "Полка в шоуруме", "uk": "Полиця у шоурумі"},
        is_public=False,
    )
    define_field(actor, shelf, is_new=True)
    glue = Hazard("1133", "3", "III", ("GHS02", "GHS07"), "warning")
    rows = [
        *(ArticleRow(item.sku, custom={"shelflife": "24", "shelf": "T1"}, hazard=glue, origin_country="IT",
                     customs_code="39191080") for item in families["TP"]),
        *(ArticleRow(item.sku, custom={"recycled": "yes"}, origin_country="SE", customs_code="48191000")
          for item in families["BX"]),
        *(ArticleRow(item.sku, custom={"shelflife": "36"}, origin_country="PL") for item in families["CD"]),
        *(ArticleRow(item.sku, status="run_out", successor_sku=families["GU"][place + 1].sku)
          for place, item in enumerate(families["GU"][:-1:2])),
    ]  # fmt: skip
    upsert_articles(actor, rows)
    found = articles_by_code(actor, [item.sku for item in families["TP"]])
    bulk_id = choose(actor, [articles[0].id for articles in found.values()])
    apply_change(actor, bulk_id, BulkChange("lead_time_days", {"lead_time_days": 4}))
