"""The look of printed documents: who may change it, what is refused, what the paper then shows."""

from __future__ import annotations

import io
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.billing.models.entities import LegalEntity
from app.billing.models.invoices import Invoice
from app.billing.queries.layouts import Layout, brand_of, effective_layout, layout_of, paper_language
from app.billing.service.layouts import LayoutValues, save_layout
from app.billing.service.render import render
from app.core import storage
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid
from app.core.models import AuditEntry, StoredFile
from app.documents.logo import PNG, SVG
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><path id="own" d="M0 0h40v10z"/></svg>'
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
ADDRESS = "/invoices/layouts/house"


def values(**changes):
    return LayoutValues(**{"colour": "#7a1f3d", "name": "Nordkontor", **changes})


@pytest.fixture
def admin(world, cast) -> Actor:
    with world():
        return cast.actor("operator_admin")


def test_the_house_and_an_entity_have_their_looks(world, admin):
    with world(admin):
        assert layout_of(admin, None) == Layout(None)
        with transaction() as session:
            entity = LegalEntity(code="AT", number_prefix="AT-", name="Kontor AT", country="AT", currency="EUR")
            session.add(entity)
            session.flush()
            entity_id = entity.id
        save_layout(admin, None, values(foot="Ein Unternehmen\nder Gruppe", logo=LOGO, below={"en": "Thank you!"}))
        assert effective_layout(admin, entity_id).colour == "#7a1f3d"  # the house's, while it has none
        save_layout(admin, entity_id, values(colour="#004488", logo=PIXEL))
        house, own = brand_of(admin, None), brand_of(admin, entity_id)
        assert (house.colour, house.logo_type, house.foot) == ("#7a1f3d", SVG, ("Ein Unternehmen", "der Gruppe"))
        assert (own.colour, own.logo, own.logo_type) == ("#004488", PIXEL, PNG)
        save_layout(admin, None, values(version=1))
        assert brand_of(admin, None).logo == LOGO  # kept when no file was given
        save_layout(admin, None, values(version=2, logo=b""))
        assert brand_of(admin, None).logo == b""
        changes = db.session.scalars(select(AuditEntry.changes).where(AuditEntry.action == "layout_changed")).all()
        assert [SVG, ""] in [change.get("logo") for change in changes]


def test_what_cannot_be_printed_is_refused(world, admin):
    script = LOGO.replace(b"<path", b"<script/><path")
    wrong = (
        ("colour", {"colour": "red"}), ("colour", {"colour": "#ffff00"}), ("foot", {"foot": "x\n" * 7}),
        ("above_ru", {"above": {"ru": "x" * 601}}), ("logo", {"logo": b"GIF89a"}), ("logo", {"logo": script}),
        ("logo", {"logo": LOGO.replace(b"M0", b"M0").replace(b'id="own"', b'fill="url(http://x.invalid/a)"')}),
        ("logo", {"logo": b"x" * 300_001}),
    )  # fmt: skip
    with world(admin):
        for field, changes in wrong:
            with pytest.raises(Invalid) as refused:
                save_layout(admin, None, values(**changes))
            assert refused.value.field == field, changes
        save_layout(admin, None, values())
        with pytest.raises(Conflict):
            save_layout(admin, None, values())  # saw nothing, but there is something now


def test_german_papers_are_for_german_speaking_countries_only():
    german, plain = Layout(None, is_german=True), Layout(None)
    rows = (
        (german, "en", "DE", "de"),
        (german, "en", "NL", "en"),
        (german, "ru", "DE", "ru"),
        (plain, "en", "DE", "en"),
    )
    for layout, locale, country, language in rows:
        assert paper_language(layout, locale, country) == language


def test_a_new_invoice_carries_the_look(world, cast, admin):
    with world(admin):
        save_layout(
            admin, None, values(name="Eigenmarke", logo=LOGO, foot="Sitz der Gruppe: Kiel", below={"de": "Danke!"}, is_german=True)
        )  # fmt: skip
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"))
        invoice_id = db.session.scalar(select(Invoice.id).where(Invoice.number == number))
    system = Actor.system()
    with world(system):
        render(system, invoice_id, lambda _code: str)
        file = db.session.scalar(select(StoredFile).where(StoredFile.name == f"{number}.pdf"))
        text = PdfReader(BytesIO(storage.open_file(file).read())).pages[0].extract_text()
    assert "Eigenmarke" in text
    assert "Sitz der Gruppe: Kiel" in text


def test_pages(client, world, cast):
    """The list, the form with a preview of what is not saved, saving, an error beside its field."""
    sign_in(client, cast.people["operator_admin"])
    assert ADDRESS in client.get("/invoices/layouts").html
    assert client.get(ADDRESS).status == 200
    entered = {
        "colour": "#113355",
        "version": "0",
        "is_name_shown": "y",
        "name": "Vorschau",
        "sample": "reminder",
        "language": "de",
    }
    shown = client.post(f"{ADDRESS}/preview", entered)
    assert shown.status == 200
    text = PdfReader(BytesIO(shown.data)).pages[0].extract_text()
    assert "Vorschau" in text
    assert "Zahlungserinnerung" in text
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    with world():
        assert layout_of(Actor.system(), None).version == 0
    assert client.post(f"{ADDRESS}/preview", entered | {"colour": "x"}).status == 422
    assert "six signs" in client.post(ADDRESS, entered | {"colour": "x"}).html
    saved = client.post(ADDRESS, entered | {"logo": (io.BytesIO(LOGO), "logo.svg")})
    assert "Saved." in saved.html
    with world():
        assert brand_of(Actor.system(), None).logo == LOGO
    assert client.get("/invoices/layouts/none").status == 404


@pytest.mark.parametrize("name", ["accountant", "sales", "customer.company_admin", "customer.bookkeeper"])
def test_others_may_not(client, cast, name):
    sign_in(client, cast.people[name])
    for address in ("/invoices/layouts", ADDRESS, f"{ADDRESS}/preview"):
        assert client.get(address).status == 403
    assert client.post(ADDRESS, {"colour": "#000000"}).status == 403
