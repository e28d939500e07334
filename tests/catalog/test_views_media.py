"""Pages of pictures, files, own fields, undo and changes of many; what buyers see of them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.catalog.domain.attachment import FileFacts
from app.catalog.domain.hazard import Hazard
from app.catalog.domain.own_fields import OwnField
from app.catalog.service.attachments import add_attachment
from app.catalog.service.own_fields import define_field
from app.catalog.service.pictures import add_picture
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article, articles
from tests.factories.media import drawing, sheet
from tests.support.work import drain


@pytest.fixture
def manager(client, world):
    """The client, signed in as somebody who keeps catalogue and prices."""
    with world():
        user = person(operator(), Role.PRICING)
    sign_in(client, user)
    return client


def house():
    return Actor.system(operator().id)


def value(world, statement, **values):
    with world():
        return db.session.scalar(text(statement), values)


def upload(name, data):
    return (io.BytesIO(data), name)


def test_pictures_are_added_shown_and_taken_back(manager, world, isolated):
    with world():
        article("A/1 x")
    address = "/catalog/articles/A/1 x/pictures"
    form = manager.get(address).form()
    sent = form | {"files": [upload("a.jpg", drawing(color="red")), upload("b.png", drawing("PNG"))]}
    answer = manager.post(address, sent, follow=True)
    assert "2 pictures added." in answer.banners[0]
    assert "smaller sizes are being made" in answer.text
    drain(isolated)
    page = manager.get(address)
    assert "smaller sizes are being made" not in page.text
    images = page.soup.select("main img")
    assert [(one["width"], one["height"]) for one in images] == [("320", "160")] * 2
    bytes_of = manager.get(images[0]["src"])
    assert bytes_of.headers["Content-Type"] == "image/webp"
    assert bytes_of.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    again = manager.flask.get(images[0]["src"], headers={"If-None-Match": bytes_of.headers["ETag"]})
    assert again.status_code == 304
    forms = [
        form.get("action", "") for form in page.soup.find_all("form") if form.get("action", "").endswith("/remove")
    ]
    manager.post(forms[0])
    shown = manager.get("/catalog/articles/A/1 x")
    assert "Pictures" in shown.text
    undo = next(
        form.get("action", "") for form in shown.soup.find_all("form") if form.get("action", "").endswith("/undo")
    )
    assert "The change is undone." in manager.post(undo, follow=True).banners[0]
    assert value(world, "SELECT count(*) FROM article_pictures") == 2


def test_a_bad_picture_names_the_file_and_the_good_one_stays(manager, world):
    with world():
        article("A-1")
    page = manager.post(
        "/catalog/articles/A-1/pictures", {"files": [upload("good.jpg", drawing()), upload("bad.jpg", b"words")]}
    )
    assert page.status == 422
    assert "bad.jpg: This is no picture that is taken here." in page.text
    assert value(world, "SELECT count(*) FROM article_pictures") == 1
    assert manager.post("/catalog/articles/A-1/pictures", {}).status == 422


def test_a_picture_gets_words(manager, world):
    with world():
        article("A-1")
        add_picture(house(), "A-1", drawing(), "a.jpg")
    picture_id = value(world, "SELECT id FROM article_pictures")
    manager.post(f"/catalog/articles/A-1/pictures/{picture_id}/describe", {"alt-en": "A bolt", "alt-ru": "Болт"})
    assert value(world, "SELECT alt ->> 'ru' FROM article_pictures") == "Болт"
    assert 'alt="A bolt"' in manager.get("/catalog/articles/A-1").html


def test_the_drawn_picture_needs_nobody_and_is_kept(client):
    page = client.get("/pictures/none/НБ.svg")
    assert page.status == 200
    assert page.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "НБ" in page.response.text
    assert client.get("/pictures/none/<x>.svg").status == 404
    assert client.get("/pictures/none/ABC.svg").status == 404


def test_unknown_bytes(manager):
    assert manager.get(f"/pictures/{'0' * 64}/thumb").status == 404
    assert manager.get(f"/pictures/{'0' * 64}/huge").status == 404


def test_files_with_their_validity(manager, world):
    with world():
        article("A-1")
        today = clock.today()
    address = "/catalog/articles/A-1/files"
    form = manager.get(address).form()
    old = form | {"file": upload("old.pdf", sheet()), "kind": "certificate", "title": "Strength",
                  "valid_to": str(today - timedelta(days=1))}  # fmt: skip
    assert "The file is added." in manager.post(address, old, follow=True).banners[0]
    page = manager.get(address)
    assert [page.rows()[0][1], page.rows()[0][4]] == ["Certificate", "expired"]
    listed = manager.get("/catalog/files")
    assert "Strength" in listed.text
    assert "expired" in listed.text
    edit = page.link("Strength")
    changed = manager.get(edit).form() | {"valid_to": str(today + timedelta(days=10))}
    assert manager.post(edit, changed, follow=True).rows()[0][4] == "current"
    assert "expires soon" in manager.get("/catalog/files").text
    backwards = manager.get(edit).form() | {"valid_from": "2027-01-02", "valid_to": "2027-01-01"}
    assert "It ends before it begins." in manager.post(edit, backwards).text
    removed = manager.post(f"{edit}/remove", follow=True)
    assert "No files yet" in removed.text


def test_a_zip_with_a_report(manager, world, isolated):
    with world():
        article("A-1")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("A-1.jpg", drawing())
        archive.writestr("B-1.pdf", sheet())
    answer = manager.post("/catalog/files/import", {"file": upload("photos.zip", target.getvalue())})
    assert answer.status == 303
    drain(isolated)
    page = manager.get(answer.location)
    assert page.h1 == "photos.zip"
    assert "No article has this number" in page.text
    assert manager.part(answer.location).status == 200
    report = manager.get(page.link("Download the report")).data.decode("utf-8-sig").splitlines()
    assert report[1] == "1,A-1.jpg,A-1,added,"
    assert report[2].startswith('2,B-1.pdf,,refused,"No article')
    assert "This is no ZIP file." in manager.post("/catalog/files/import", {"file": upload("x.zip", b"x")}).text


def test_own_fields_from_definition_to_product_page(client, world):
    with world():
        boss = person(operator(), Role.PRICING)
        buyer = person(customer(), Role.BUYER)
    sign_in(client, boss)
    form = client.get("/catalog/fields/new").form()
    for code, name, kind in (("warranty", "Warranty in months", "number"), ("eco", "Recycled", "flag")):
        answer = client.post("/catalog/fields/new", form | {"code": code, "name": name, "kind": kind}, follow=True)
        assert name in answer.text
    secret = form | {"code": "shelf", "name": "Shelf", "kind": "text"}
    client.post("/catalog/fields/new", {name: part for name, part in secret.items() if name != "is_public"})
    assert client.post("/catalog/fields/new", form | {"code": "Bad Code", "name": "x"}).status == 422
    assert client.post("/catalog/fields/new", form | {"code": "eco", "name": "x", "kind": "flag"}).status == 409
    article_form = client.get("/catalog/articles/new").form()
    filled = article_form | {"sku": "A-1", "name": "Bolt", "own-warranty": "24.0", "own-eco": "yes", "own-shelf": "S7"}
    assert client.post("/catalog/articles/new", filled | {"own-warranty": "many"}).status == 422
    shown = client.post("/catalog/articles/new", filled, follow=True)
    assert "Warranty in months 24" in shown.text
    assert "Shelf S7" in shown.text
    assert client.get("/catalog/articles/A-1/edit").form()["own-warranty"] == "24"
    sign_in(client, buyer)
    page = client.get("/articles/A-1")
    assert "Recycled yes" in page.text
    assert "S7" not in page.text


def test_hazard_and_origin_in_the_editor(manager, world):
    form = manager.get("/catalog/articles/new").form() | {"sku": "A-1", "name": "Paint"}
    wrong = manager.post("/catalog/articles/new", form | {"un_number": "1263"})
    assert "A UN number needs its hazard class." in wrong.text
    good = form | {"un_number": "UN 1263", "hazard_class": "3", "packing_group": "II", "ghs": "ghs02, GHS07",
                   "signal_word": "danger", "origin_country": "pl", "customs_code": "3208 10 90"}  # fmt: skip
    page = manager.post("/catalog/articles/new", good, follow=True)
    for words in ("UN 1263", "GHS02 flame", "GHS07 exclamation mark", "Danger", "Poland", "32081090"):
        assert words in page.text
    assert manager.get("/catalog/articles/A-1/edit").form()["ghs"] == "GHS02, GHS07"


def test_buyers_see_pictures_current_files_and_hazard(client, world, isolated):
    with world():
        today = clock.today()
        article("A-1", hazard=Hazard("1950", "2.1", "", ("GHS02",), "danger"), origin_country="DE", status="run_out")
        define_field(house(), OwnField("w", "Warranty", "number"), is_new=True)
        add_picture(house(), "A-1", drawing(size=(2000, 1000)), "a.jpg", alt={"en": "A can"})
        for name, days in (("now", 5), ("gone", -5)):
            add_attachment(
                house(),
                "A-1",
                sheet(name),
                f"{name}.pdf",
                FileFacts("certificate", name, valid_to=today + timedelta(days=days)),
            )
        buyer = person(customer(), Role.BUYER)
    drain(isolated)
    sign_in(client, buyer)
    page = client.get("/articles/A-1")
    first = page.soup.select_one(".k-gallery img")
    assert (first["alt"], first["width"], first["height"]) == ("A can", "960", "480")
    assert "This article is sold until the stock is gone." in page.text
    assert "UN 1950" in page.text
    assert client.get(first["src"]).status == 200
    link = page.link("now")
    assert client.get(link).data == sheet("now")
    with pytest.raises(LookupError):
        page.link("gone")
    gone = value(world, "SELECT id FROM article_attachments WHERE name = 'gone.pdf'")
    assert client.get(f"/articles/A-1/files/{gone}").status == 404


def test_lists_show_pictures_in_places_of_a_fixed_size(client, world):
    with world():
        article("A-1", brand="Anvilor")
        article("B-1")
        add_picture(house(), "B-1", drawing(), "b.jpg")
        buyer = person(customer(), Role.BUYER)
    sign_in(client, buyer)
    images = client.get("/shop").soup.select("img.k-picture")
    assert [(one["loading"], one["width"]) for one in images] == [("lazy", "40")] * 2
    assert images[0]["src"].endswith("/pictures/none/AN.svg")
    assert images[1]["src"].endswith("/thumb")


@pytest.mark.parametrize(
    "address",
    ["/catalog/files", "/catalog/fields", "/catalog/articles/A-001/pictures", "/catalog/articles/A-001/files"],
)
def test_pages_cost_the_same_for_2_and_20_rows(manager, world, address):
    def more(count, start):
        with world():
            articles(1)
            for n in range(start, start + count):
                define_field(house(), OwnField(f"f{n}", "F", "text"), is_new=True)
                add_attachment(house(), "A-001", sheet(str(n)), f"{n}.pdf", FileFacts(valid_to=clock.today()))
                if n < 10:
                    add_picture(house(), "A-001", drawing(color=f"#{n}{n}8822"), f"{n}.jpg")

    def cost():
        with manager.app.app_context(), statements() as seen:
            manager.get(address)
        return len(seen)

    more(2, 0)
    few = cost()
    more(18, 2)
    assert cost() == few


def test_changing_the_ticked_rows(manager, world):
    with world():
        first, second, _third = articles(3, brand="A")
    assert (
        "Select the articles first."
        in manager.post("/catalog/articles/choose", {"scope": "picked"}, follow=True).banners[0]
    )
    chosen = manager.post("/catalog/articles/choose", {"scope": "picked", "id": [str(first), str(second)]})
    address = chosen.location
    page = manager.get(address)
    assert page.h1 == "2 articles"
    assert manager.post(address, page.form() | {"field": ""}).status == 422
    looked = manager.post(address, page.form() | {"field": "brand", "brand": "B"})
    assert ["A-001", "Article 001", "Brand: A", "Brand: B"] in looked.rows("For example")
    assert value(world, "SELECT count(*) FROM articles WHERE brand = 'B'") == 0
    done = manager.post(address, looked.form() | {"apply": "1"}, follow=True)
    assert "2 articles changed." in done.banners[0]
    assert value(world, "SELECT count(*) FROM articles WHERE brand = 'B'") == 2
    assert "Show the change of many" in manager.get("/catalog/articles/A-001").text
    undone = manager.post(f"{address}/undo", follow=True)
    assert "2 articles are as they were before." in undone.banners[0]
    assert value(world, "SELECT count(*) FROM articles WHERE brand = 'B'") == 0
    assert manager.post(f"{address}/undo").status == 409


def test_changing_all_of_a_filter(manager, world):
    with world():
        articles(25, prefix="BR", name="Bolt")
        article("N-1", name="Nut")
    page = manager.get("/catalog/articles?q=bolt&size=20")
    assert "Change all 25 articles of this list" in page.text
    sent = page.form("/catalog/articles/choose") | {"scope": "all"}
    sent.pop("id", None)
    assert manager.get(manager.post("/catalog/articles/choose", sent).location).h1 == "25 articles"


def test_an_undo_that_comes_too_late_says_so(manager, world):
    with world():
        article("A-1", name="One")
        article("A-1", name="Two")
        article("A-1", name="Three")
    page = manager.get("/catalog/articles/A-1")
    late = [form.get("action", "") for form in page.soup.find_all("form") if form.get("action", "").endswith("/undo")][
        -1
    ]
    assert "“Name” has been changed again since." in manager.post(late, follow=True).banners[0]
    assert value(world, "SELECT name FROM articles") == "Three"


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_pages_in_other_languages(client, world, language):
    with world():
        user = person(operator(), Role.OPERATOR_ADMIN, locale=language)
        article("A-1", hazard=Hazard("1263", "3", "II", ("GHS02",), "danger"))
        article("A-1", name="Two")
        define_field(house(), OwnField("w", "Warranty", "number"), is_new=True)
        add_picture(house(), "A-1", drawing(), "a.jpg")
        add_attachment(house(), "A-1", sheet(), "a.pdf", FileFacts(valid_to=clock.today()))
    sign_in(client, user)
    for address in ("/catalog/articles/A-1", "/catalog/articles/A-1/edit", "/catalog/articles/A-1/pictures", "/catalog/articles/A-1/files",
                    "/catalog/files", "/catalog/files/import", "/catalog/fields", "/catalog/fields/new", "/catalog/fields/w"):  # fmt: skip
        assert client.get(address).status == 200
