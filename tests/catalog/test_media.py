"""Pictures and files of articles: added, made smaller, arranged, replaced, taken off, downloaded."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.catalog.domain.attachment import FileFacts
from app.catalog.domain.media_names import readings
from app.catalog.models.media import ArticlePicture
from app.catalog.queries.articles import articles_by_code
from app.catalog.queries.media import article_media, expiring
from app.catalog.queries.media_imports import every_file, media_run
from app.catalog.service.attachments import add_attachment, edit_attachment, remove_attachment
from app.catalog.service.media_imports import begin_media_import, run_media_import
from app.catalog.service.pictures import (
    add_picture,
    make_sizes,
    move_picture,
    remove_picture,
    share_picture,
    sweep_sizes,
)
from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from tests.factories.accounts import operator
from tests.factories.catalog import article
from tests.factories.media import drawing, sheet

pytestmark = pytest.mark.usefixtures("ctx")


@pytest.fixture
def house(ctx):
    return Actor.system(operator().id)


def media(article_id):
    return article_media(Actor.system(), article_id)


def test_a_picture_is_stored_clean_and_made_smaller_by_a_job(house, sent, isolated):
    article_id = article("A-1")
    assert (
        add_picture(house, "a-1", drawing(size=(1200, 600), place=True), "A-1.jpg", alt={"en": "A bolt"}) == "created"
    )
    assert [name for name, *_rest in sent.sent] == ["catalog.make_sizes"]
    (before,) = media(article_id).pictures
    assert (before.sizes, before.box("thumb"), before.text("ru")) == ({}, (1200, 600), "A bolt")
    assert make_sizes(house, before.id)
    (after,) = media(article_id).pictures
    assert after.sizes == {"thumb": (96, 48), "card": (320, 160), "page": (960, 480)}
    assert not make_sizes(house, before.id)
    assert articles_by_code(house, ["A-1"])["A-1"][0].picture == after.sha256


def test_order_replacement_and_removal(house):
    article_id = article("A-1")
    red, green, blue = (drawing(color=color) for color in ("red", "green", "blue"))
    for name, data in (("1.jpg", red), ("2.jpg", green)):
        add_picture(house, "A-1", data, name)
    assert add_picture(house, "A-1", red, "again.jpg") == "same"
    first, second = media(article_id).pictures
    move_picture(house, "A-1", second.id, to_front=True)
    assert [one.id for one in media(article_id).pictures] == [second.id, first.id]
    assert articles_by_code(house, ["A-1"])["A-1"][0].picture == second.sha256
    assert add_picture(house, "A-1", blue, "2.jpg") == "changed"
    assert len(media(article_id).pictures) == 2
    assert media(article_id).pictures[0].sha256 not in (first.sha256, second.sha256)
    remove_picture(house, "A-1", first.id)
    with pytest.raises(Conflict, match="no longer there"):
        remove_picture(house, "A-1", first.id)
    with pytest.raises(NotFound):
        add_picture(house, "NONE", red, "x.jpg")


def test_sizes_that_got_lost_are_found_and_damage_ends_in_the_original(house, sent, isolated):
    article("A-1")
    add_picture(house, "A-1", drawing(), "1.jpg")
    sent.sent.clear()
    with clock.frozen(datetime.now(UTC) + timedelta(minutes=5)):
        assert sweep_sizes(house) == 1
    assert [name for name, *_rest in sent.sent] == ["catalog.make_sizes"]
    db.session.execute(text("UPDATE article_pictures SET attempts = 5, due_at = now() - interval '1 hour'"))
    db.session.commit()
    assert sweep_sizes(house) == 0
    assert db.session.scalar(select(ArticlePicture.due_at)) is None


def test_files_hold_from_to_and_are_told_before_they_expire(house):
    article_id = article("A-1")
    today = date(2026, 6, 1)
    for days, name in ((-1, "old.pdf"), (30, "soon.pdf"), (400, "late.pdf")):
        facts = FileFacts("certificate", name, valid_to=today + timedelta(days=days))
        assert add_attachment(house, "A-1", sheet(name), name, facts) == "created"
    add_attachment(house, "A-1", sheet(), "ever.pdf", FileFacts())
    assert [row.file.name for row in expiring(house, today)] == ["old.pdf", "soon.pdf"]
    held = {one.name for one in media(article_id).attachments if one.holds_on(today)}
    assert held == {"soon.pdf", "late.pdf", "ever.pdf"}


def test_a_file_of_the_same_name_is_replaced(house):
    article_id = article("A-1")
    add_attachment(house, "A-1", sheet("one"), "A.pdf", FileFacts())
    assert add_attachment(house, "A-1", sheet("one"), "A.pdf", FileFacts()) == "same"
    assert add_attachment(house, "A-1", sheet("two"), "A.pdf", FileFacts()) == "changed"
    (held,) = media(article_id).attachments
    edit_attachment(house, "A-1", held.id, FileFacts("manual", "How to", "de"))
    (held,) = media(article_id).attachments
    assert (held.facts.kind, held.facts.title, held.facts.language) == ("manual", "How to", "de")
    remove_attachment(house, "A-1", held.id)
    with pytest.raises(Conflict):
        remove_attachment(house, "A-1", held.id)


@pytest.mark.parametrize(
    ("data", "facts", "field"),
    [
        (b"MZ program", FileFacts(), "file"),
        (b"PK\x03\x04", FileFacts(), "file"),
        (sheet(), FileFacts("poem"), "kind"),
        (sheet(), FileFacts(language="xx"), "language"),
        (sheet(), FileFacts(valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)), "valid_to"),
    ],
)
def test_files_that_are_refused(house, data, facts, field):
    article("A-1")
    with pytest.raises(Invalid) as caught:
        add_attachment(house, "A-1", data, "x", facts)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("A-1.jpg", ["A-1"]),
        ("A-1_2.JPG", ["A-1_2", "A-1"]),
        ("A_B_2.png", ["A_B_2", "A_B"]),
        ("pictures/A-1.webp", ["PICTURES/A-1", "A-1"]),
        ("A-1_certificate_de_2027-12-31.pdf", ["A-1_CERTIFICATE_DE_2027-12-31", "A-1_CERTIFICATE_DE", "A-1_CERTIFICATE", "A-1"]),
        ("A-1_red.jpg", ["A-1_RED"]),
        ("A-1.exe", []),
        ("notes", []),
    ],
)  # fmt: skip
def test_what_the_name_of_a_file_says(name, keys):
    assert [one.key for one in readings(name)] == keys


def test_kind_language_and_last_day_stand_in_the_name():
    last = readings("A-1_certificate_de_2027-12-31.pdf")[-1]
    assert last.facts == FileFacts("certificate", language="de", valid_to=date(2027, 12, 31))


def packed(folder, **files):
    path = folder / "files.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", b"")
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return path


def report(house, import_id):
    return {row.name: (row.state, row.sku) for row in every_file(house, import_id)}


def test_every_file_of_a_zip_gets_a_line(house, tmp_path):
    first, second = article("A-1"), article("A_B")
    path = packed(
        tmp_path, **{"A-1.jpg": drawing(color="red"), "A-1_2.png": drawing("PNG"), "A_B.jpg": b"no picture",
                     "sub/A_B.pdf": sheet(), "NONE.jpg": drawing(), "readme.txt": b"hello", ".DS_Store": b"x"}
    )  # fmt: skip
    import_id = begin_media_import(house, path, "files.zip")
    run_media_import(house, import_id)
    assert report(house, import_id) == {
        "A-1.jpg": ("created", "A-1"), "A-1_2.png": ("created", "A-1"), "A_B.jpg": ("refused", ""),
        "sub/A_B.pdf": ("created", "A_B"), "NONE.jpg": ("refused", ""), "readme.txt": ("refused", ""),
        ".DS_Store": ("refused", ""),
    }  # fmt: skip
    found = media_run(house, import_id)
    assert (found.run.state, found.done, found.counts["refused"]) == ("done", 7, 4)
    assert len(media(first).pictures) == 2
    assert [one.name for one in media(second).attachments] == ["A_B.pdf"]
    again = begin_media_import(house, path, "files.zip")
    run_media_import(house, again)
    assert {state for state, _sku in report(house, again).values()} == {"same", "refused"}
    run_media_import(house, again)


def test_a_broken_off_import_goes_on_where_it_stood(house, tmp_path):
    article("A-1")
    import_id = begin_media_import(
        house, packed(tmp_path, **{"A-1.jpg": drawing(), "A-1_2.jpg": drawing(color="red")}), "f.zip"
    )
    db.session.execute(text("UPDATE media_imports SET next_row = 2"))
    db.session.commit()
    run_media_import(house, import_id)
    assert list(report(house, import_id)) == ["A-1_2.jpg"]


def test_what_is_no_zip_of_files(house, tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"hello")
    with pytest.raises(Invalid, match="no ZIP"):
        begin_media_import(house, path, "x.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", b"")
    with pytest.raises(Invalid, match="no file in this ZIP"):
        begin_media_import(house, path, "x.zip")


def test_one_statement_for_all_media(house):
    article_id = article("A-1")
    for color in ("red", "green", "blue"):
        add_picture(house, "A-1", drawing(color=color), f"{color}.jpg")
    with statements() as seen:
        assert len(media(article_id).pictures) == 3
    assert len(seen) == 1


def test_the_bytes_of_a_stored_original_hold_no_camera(house):
    article_id = article("A-1")
    add_picture(house, "A-1", drawing(place=True, turned=6), "1.jpg")
    (held,) = media(article_id).pictures
    assert b"spy" not in storage.store().open(held.sha256).read()
    assert (held.width, held.height) == (200, 400)


def test_one_picture_for_many_is_stored_once_and_made_smaller_once(house, sent):
    ids = [article(f"A-{n}") for n in range(3)]
    add_picture(house, "A-0", drawing(color="red"), "own.jpg")
    own = media(ids[0]).pictures[0].sha256
    sent.sent.clear()
    assert share_picture(house, ["A-0", "a-1", "A-2"], drawing(), "family.jpg", {"en": "A bolt"}) == 2
    assert [name for name, *_rest in sent.sent] == ["catalog.make_sizes"]
    assert [one.sha256 for one in media(ids[0]).pictures] == [own]
    (first,), (second,) = media(ids[1]).pictures, media(ids[2]).pictures
    assert (first.sha256, first.alt) == (second.sha256, {"en": "A bolt"})
    make_sizes(house, first.id)
    assert media(ids[2]).pictures[0].sizes == media(ids[1]).pictures[0].sizes != {}
    assert not make_sizes(house, second.id)
