"""1C exchanges goods with us: the calls it makes, as it makes them, with lost answers, in the wrong order, broken off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core import storage
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.exchange.models.imports import ImportRun
from app.exchange.models.one_c import OneCConnection, OneCFile, OneCKey
from app.exchange.service import one_c_catalogue, one_c_work
from app.exchange.service.one_c_connections import ConnectionRow, add_connection, map_names
from app.inventory.models.stock import Stock, Warehouse
from app.pricing.models.lists import PriceEntry, PriceList
from tests.factories import accounts, catalog
from tests.support.one_c import OneC, archive

SAMPLES = Path(__file__).parents[1] / "samples" / "commerceml"
FILES = {name: (SAMPLES / name).read_bytes() for name in ("import.xml", "offers.xml")}


@pytest.fixture
def actor(isolated, world):
    with world():
        return Actor.system(accounts.operator().id)


@pytest.fixture
def one_c(isolated, world, actor):
    return connected(isolated, world, actor)


def connected(app, world, actor, **settings) -> OneC:
    with world(actor):
        _, password = add_connection(actor, ConnectionRow(name="1C", **settings), "kontor-1c")
    return OneC(app, "kontor-1c", password)


def articles(world, actor) -> dict[str, Any]:
    facts = (Article.sku, Article.name, Article.base_unit, Article.gtin, Article.status, Article.attributes)
    with world(actor):
        return {row.sku: row for row in db.session.execute(select(*facts).order_by(Article.id))}


def prices(world, actor) -> set[tuple[str, str, Decimal, Decimal]]:
    statement = (
        select(PriceList.name, Article.sku, PriceEntry.min_quantity, PriceEntry.price)
        .join(PriceEntry, PriceEntry.price_list_id == PriceList.id)
        .join(Article, Article.id == PriceEntry.article_id)
    )
    with world(actor):
        return {(row[0], row[1], row[2], row[3]) for row in db.session.execute(statement)}


def stock(world, actor) -> dict[tuple[str, str], Decimal]:
    statement = (
        select(Warehouse.name, Article.sku, Stock.on_hand)
        .join(Stock, Stock.warehouse_id == Warehouse.id)
        .join(Article, Article.id == Stock.article_id)
    )
    with world(actor):
        return {(row[0], row[1]): row[2] for row in db.session.execute(statement)}


def files(world, actor) -> list[tuple[str, str]]:
    with world(actor):
        return [(row.name, row.state) for row in db.session.scalars(select(OneCFile).order_by(OneCFile.id))]


def test_an_exchange_brings_articles_groups_prices_and_stock(one_c, world, actor):
    one_c.catalogue(FILES)
    found = articles(world, actor)
    assert set(found) == {"ДР-750", "ВС-4х40", "СТ-1"}
    drill = found["ДР-750"]
    assert (drill.name, drill.base_unit, drill.gtin) == ("Дрель ударная 750 Вт", "H87", "4006381333931")
    assert sorted(drill.attributes.values()) == ["750", "есть"]
    assert found["СТ-1"].status == "discontinued"
    with world(actor):
        assert {row.name for row in db.session.scalars(select(Category))} == {"Инструмент", "Дрели", "Крепёж"}
        lists = {row.name: (row.currency, row.is_gross) for row in db.session.scalars(select(PriceList))}
    assert lists == {"Оптовая": ("RUB", False), "Розничная": ("RUB", True)}
    assert prices(world, actor) == {
        ("Оптовая", "ДР-750", 0, Decimal("4150.5")), ("Оптовая", "ДР-750", 10, 3990), ("Розничная", "ДР-750", 0, 5600),
        ("Оптовая", "ВС-4х40", 0, Decimal("310.25")),
    }  # fmt: skip
    assert stock(world, actor) == {
        ("Северный", "ДР-750"): 12,
        ("Южный", "ДР-750"): 5,
        ("1C", "ВС-4х40"): Decimal("120.5"),
    }


def test_a_second_exchange_changes_nothing(one_c, world, actor):
    one_c.catalogue(FILES)
    one_c.catalogue(FILES)
    with world(actor):
        runs = db.session.scalars(select(ImportRun).order_by(ImportRun.id)).all()
        again = runs[len(runs) // 2 :]
        assert [run.kind for run in again] == [
            "categories",
            "attributes",
            "products",
            "price_list",
            "price_list",
            "stock",
        ]
        assert all(run.created_count == run.changed_count == run.refused_count == 0 for run in again)
        assert all(run.same_count for run in again)


def test_an_archive_in_parts_is_put_together(one_c, world, actor):
    one_c.begin("catalog")
    one_c.part = 700
    one_c.send("catalog", "v8_12ab.zip", archive(FILES | {"import_files/a1/drill.jpg": b"\xff\xd8 no picture"}))
    assert one_c.run("catalog", "import.xml") == "success"
    assert one_c.run("catalog", "offers.xml") == "success"
    assert len(articles(world, actor)) == 3
    assert one_c.call("catalog", "complete") == "success"
    assert ("import_files/a1/drill.jpg", "done") in files(world, actor)


def test_files_are_kept_unchanged(one_c, world, actor):
    one_c.begin("catalog")
    one_c.part = 1_000
    one_c.send("catalog", "import.xml", FILES["import.xml"])
    one_c.run("catalog", "import.xml")
    with world(actor):
        (file,) = db.session.scalars(select(OneCFile))
        assert storage.load(storage.find(actor, file.file_id)) == FILES["import.xml"]


def test_parts_sent_again_after_a_lost_answer_count_once(one_c, world, actor):
    one_c.begin("catalog")
    one_c.part = 1_500
    data = FILES["import.xml"]
    for start in range(0, len(data), one_c.part):
        part = data[start : start + one_c.part]
        for _ in range(1 + start % 2):
            assert one_c.call("catalog", "file", part, filename="import.xml") == "success"
        assert one_c.call("catalog", "file", part, filename="import.xml") == "success"
    assert one_c.run("catalog", "import.xml") == "success"
    assert one_c.call("catalog", "import", filename="import.xml") == "success"
    assert len(articles(world, actor)) == 3


def test_each_call_does_a_part_and_says_how_far_it_is(one_c, world, actor, monkeypatch):
    monkeypatch.setattr(one_c_work, "STEP_SECONDS", 0)
    one_c.catalogue(FILES)
    assert sum(answer.startswith("progress\n") for answer in one_c.answers) >= 6
    assert len(articles(world, actor)) == 3


def test_a_catalogue_is_read_in_segments(one_c, world, actor, monkeypatch):
    monkeypatch.setattr(one_c_catalogue, "SEGMENT", 1)
    monkeypatch.setattr(one_c_catalogue.read_segment, "__defaults__", (1,))
    one_c.catalogue(FILES)
    assert len(prices(world, actor)) == 4
    with world(actor):
        assert len(db.session.scalars(select(ImportRun).where(ImportRun.kind == "products")).all()) == 3


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("place", ["take_segment", "_next_run", "process", "put_together", "end_file"])
@pytest.mark.parametrize("is_before", [True, False])
def test_an_import_that_is_killed_goes_on(one_c, world, actor, monkeypatch, place, is_before):
    """At every place, before and after what is done there: the next calls bring the same as if nothing had happened."""
    whole = getattr(one_c_work, place)
    left = [2]

    def dies(*arguments, **keywords):
        result = None if is_before else whole(*arguments, **keywords)
        if left[0]:
            left[0] -= 1
            raise Killed
        return whole(*arguments, **keywords) if is_before else result

    monkeypatch.setattr(one_c_work, place, dies)
    one_c.begin("catalog")
    for name, data in FILES.items():
        one_c.part = 1_000
        one_c.send("catalog", name, data)
        for _ in range(5):
            try:
                assert one_c.run("catalog", name) == "success"
                break
            except Killed:
                continue
    assert left == [0]
    assert len(articles(world, actor)) == 3
    assert len(prices(world, actor)) == 4
    assert len(stock(world, actor)) == 3
    with world(actor):
        assert db.session.scalar(select(Stock.on_hand).join(Warehouse).where(Warehouse.name == "Южный")) == 5


def test_a_new_number_or_name_in_1c_is_the_same_article(one_c, world, actor):
    one_c.catalogue(FILES)
    changed = FILES["import.xml"].decode().replace("ДР-750", "ДР-751").replace("Дрель ударная 750 Вт", "Дрель 750")
    one_c.catalogue({"import.xml": changed.encode()})
    found = articles(world, actor)
    assert set(found) == {"ДР-750", "ВС-4х40", "СТ-1"}
    assert found["ДР-750"].name == "Дрель 750"


def test_an_article_that_is_here_already_is_taken_by_its_number(one_c, world, actor):
    with world(actor):
        catalog.article("ДР-750", name="Drill")
    one_c.catalogue(FILES)
    assert len(articles(world, actor)) == 3


def test_a_deleted_article_that_comes_back_is_sold_again(one_c, world, actor):
    one_c.catalogue(FILES)
    one_c.catalogue({"import.xml": FILES["import.xml"].replace(' Статус="Удален"'.encode(), b"")})
    assert articles(world, actor)["СТ-1"].status == "active"


@pytest.mark.parametrize("drops", [True, False])
def test_what_a_full_export_leaves_out_is_discontinued_where_that_is_wanted(isolated, world, actor, drops):
    one_c = connected(isolated, world, actor, drops_missing=drops)
    one_c.catalogue(FILES)
    text = FILES["import.xml"].decode()
    start, end = text.index("\t\t\t<Товар>\n\t\t\t\t<Ид>a-2"), text.index("\t\t\t<Товар Статус")
    one_c.begin("catalog")
    one_c.send("catalog", "import.xml", (text[:start] + text[end:]).encode())
    assert one_c.run("catalog", "import.xml") == "success"
    for _ in range(2):
        assert one_c.call("catalog", "deactivate") == "success"
    assert articles(world, actor)["ВС-4х40"].status == ("discontinued" if drops else "active")
    assert articles(world, actor)["ДР-750"].status == "active"


def test_changes_discontinue_nothing(isolated, world, actor):
    one_c = connected(isolated, world, actor, drops_missing=True)
    one_c.catalogue(FILES)
    one_c.begin("catalog")
    text = FILES["import.xml"].decode().replace('СодержитТолькоИзменения="false"', 'СодержитТолькоИзменения="true"')
    start, end = text.index("\t\t\t<Товар>\n\t\t\t\t<Ид>a-2"), text.index("\t\t\t<Товар Статус")
    one_c.send("catalog", "import.xml", (text[:start] + text[end:]).encode())
    assert one_c.run("catalog", "import.xml") == "success"
    assert one_c.call("catalog", "deactivate") == "success"
    assert articles(world, actor)["ВС-4х40"].status == "active"


def test_split_rests_change_only_the_stock_they_name(one_c, world, actor):
    one_c.catalogue(FILES)
    one_c.catalogue({"rests_0_1.xml": (SAMPLES / "rests.xml").read_bytes()})
    assert stock(world, actor) == {
        ("Северный", "ДР-750"): 7,
        ("Южный", "ДР-750"): 0,
        ("1C", "ВС-4х40"): Decimal("120.5"),
    }
    assert len(prices(world, actor)) == 4


def test_kinds_of_price_and_warehouses_go_where_the_operator_says(isolated, world, actor):
    one_c = connected(isolated, world, actor, makes_lists=False, makes_warehouses=False)
    one_c.catalogue(FILES)
    assert prices(world, actor) == set()
    assert stock(world, actor) == {}
    with world(actor):
        (connection,) = db.session.scalars(select(OneCConnection))
        assert {said["name"] for said in connection.price_kinds.values()} == {"Оптовая", "Розничная"}
        map_names(actor, connection.id, {"t-whole": "WHOLESALE"}, {"w-north": "main", "w-south": "main"},
                  row_version=connection.row_version)  # fmt: skip
        notes = [note["text"] for file in db.session.scalars(select(OneCFile)) for note in file.notes]
    assert any("not taken" in note for note in notes)
    one_c.catalogue({"offers.xml": FILES["offers.xml"]})
    with world(actor):
        assert set(db.session.scalars(select(PriceList.code))) == {"WHOLESALE"}
    assert list(stock(world, actor).values()) == [17]


def test_two_articles_of_one_number_stay_two(one_c, world, actor):
    one_c.catalogue({"import.xml": FILES["import.xml"].replace("ВС-4х40".encode(), "ДР-750".encode())})
    found = articles(world, actor)
    assert len(found) == 3
    with world(actor):
        assert db.session.scalar(select(OneCKey.code).where(OneCKey.theirs == "a-2")).startswith("ДР-750-")


def test_variants_are_articles_of_their_own(one_c, world, actor):
    offers = FILES["offers.xml"].decode().replace("<Ид>a-1</Ид>", "<Ид>a-1#b02e280b-720f-11df</Ид>")
    offers = offers.replace(
        "<Наименование>Дрель ударная 750 Вт</Наименование>", "<Наименование>Дрель (зелёная)</Наименование>"
    )
    one_c.catalogue(FILES | {"offers.xml": offers.encode()})
    found = articles(world, actor)
    assert found["ДР-750-b02e280b"].name == "Дрель (зелёная)"
    assert ("Северный", "ДР-750-b02e280b") in stock(world, actor)


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([("catalog", "init")], "checkauth"),
        ([("catalog", "checkauth"), ("catalog", "import")], "init"),
        ([("catalog", "checkauth"), ("catalog", "init"), ("catalog", "import")], "import.xml"),
        ([("catalog", "checkauth"), ("sale", "init")], "checkauth"),
        ([("catalog", "checkauth"), ("catalog", "query")], "query"),
        ([("catalog", "checkauth"), ("catalog", "nonsense")], "nonsense"),
        ([("reference", "checkauth")], "reference"),
    ],
)
def test_calls_in_the_wrong_order_are_refused_with_a_reason(one_c, steps, reason):
    one_c.login, login = ("", one_c.login)
    for kind, mode in steps:
        one_c.login = login if mode == "checkauth" else ""
        answer = one_c.call(kind, mode, filename="import.xml")
        if mode == "checkauth" and answer.startswith("success"):
            one_c.cookie = "=".join(answer.split("\n")[1:3])
    assert answer.startswith("failure\n")
    assert reason in answer


@pytest.mark.parametrize(("login", "password"), [("kontor-1c", "wrong"), ("nobody", "x"), ("", "")])
def test_strangers_are_refused(one_c, login, password):
    one_c.login, one_c.password = login, password
    assert one_c.call("catalog", "checkauth").startswith("failure\n")


def test_a_connection_that_is_switched_off_is_closed_at_once(one_c, world, actor):
    one_c.begin("catalog")
    with world(actor):
        db.session.scalars(select(OneCConnection)).one().is_active = False
        db.session.commit()
    assert one_c.call("catalog", "init").startswith("failure\n")


def test_a_lost_cookie_is_made_up_for_by_name_and_password(one_c, world, actor):
    one_c.begin("catalog")
    one_c.cookie = ""
    one_c.send("catalog", "import.xml", FILES["import.xml"])
    assert one_c.run("catalog", "import.xml") == "success"


@pytest.mark.parametrize(
    "name",
    [
        "../import.xml",
        "a/../../b.xml",
        "/etc/passwd",
        "C:\\boot.ini",
        "..\\x.xml",
        "a\x00.xml",
        "",
        "a//b.xml",
        "x" * 300,
        " .xml/ ",
    ],
)
def test_hostile_names_are_refused(one_c, world, actor, name):
    one_c.begin("catalog")
    assert one_c.call("catalog", "file", b"<x/>", filename=name).startswith("failure\n")
    assert files(world, actor) == []


@pytest.mark.parametrize("name", ["../evil.xml", "/abs.xml"])
def test_hostile_names_in_archives_are_refused(one_c, world, actor, name):
    one_c.begin("catalog")
    one_c.send("catalog", "x.zip", archive({"import.xml": FILES["import.xml"], name: b"<x/>"}))
    assert one_c.call("catalog", "import", filename="import.xml").startswith("failure\n")
    assert files(world, actor) == [("x.zip", "failed")]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (archive({"import.xml": b"<x>" + b" " * 30_000_000 + b"</x>"}), "bomb.zip"),
        (archive({"inner.zip": archive({"import.xml": b"<x/>"})}), "nested.zip"),
        (archive(FILES)[:-200], "cut.zip"),
        (b"no archive at all, though it says so" * 3, "no.zip"),
    ],
    ids=["bomb", "nested", "cut", "none"],
)
def test_archives_that_do_harm_are_refused(one_c, world, actor, data, name):
    one_c.begin("catalog")
    one_c.send("catalog", name, data)
    assert one_c.call("catalog", "import", filename="import.xml").startswith("failure\n")
    assert articles(world, actor) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a><b></a>",
        FILES["import.xml"][:-300],
        b"<html/>",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + FILES["import.xml"].partition(b"\n")[2],
    ],
    ids=["empty", "broken", "cut", "other", "entities"],
)
def test_files_that_cannot_be_read_fail_with_a_reason(one_c, world, actor, data):
    one_c.begin("catalog")
    answer = one_c.call("catalog", "file", data, filename="import.xml")
    if answer == "success":
        answer = one_c.run("catalog", "import.xml")
    assert answer.startswith("failure\n")
    assert len(answer) > len("failure\n") + 5


def test_a_part_above_the_limit_is_refused(one_c, isolated, monkeypatch):
    monkeypatch.setitem(isolated.config, "MAX_CONTENT_LENGTH", 1_000)
    one_c.begin("catalog")
    assert one_c.part == 1_000
    assert one_c.call("catalog", "file", b"x" * 1_001, filename="import.xml").startswith("failure\n")


def test_what_1c_left_unfinished_is_finished_by_the_sweep(one_c, isolated, world, actor, monkeypatch):
    monkeypatch.setattr(one_c_work, "STEP_SECONDS", 0)
    one_c.begin("catalog")
    one_c.send("catalog", "import.xml", FILES["import.xml"])
    assert one_c.call("catalog", "import", filename="import.xml").startswith("progress\n")
    with isolated.app_context(), acting_as(actor):
        (file,) = db.session.scalars(select(OneCFile))
        one_c_work.work_off(actor, file.id)
    assert one_c.call("catalog", "import", filename="import.xml") == "success"
    assert len(articles(world, actor)) == 3


def test_the_address_knows_no_form_token(one_c, isolated, monkeypatch):
    monkeypatch.setitem(isolated.config, "WTF_CSRF_ENABLED", True)
    one_c.begin("catalog")
    one_c.send("catalog", "import.xml", FILES["import.xml"])


def test_answers_are_in_the_character_set_of_1c(one_c):
    one_c.begin("catalog")
    response = one_c.raw("catalog", "import", filename="нет такого.xml")
    assert response.mimetype == "text/plain"
    assert "нет такого.xml" in response.get_data().decode("cp1251")


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/xml", None])
def test_bytes_are_taken_whatever_1c_calls_them(one_c, world, actor, isolated, monkeypatch, content_type):
    monkeypatch.setitem(isolated.config, "WTF_CSRF_ENABLED", True)
    one_c.content_type = content_type
    one_c.catalogue(FILES)
    assert len(articles(world, actor)) == 3


@pytest.mark.parametrize(
    "inside", ["<Классификатор><ЕдиницыИзмерения/></Классификатор>", "<Контрагенты><Контрагент/></Контрагенты>", ""]
)
def test_files_that_hold_nothing_for_us_stop_no_exchange(one_c, world, actor, inside):
    """Newer 1C sends units and contacts in files of their own."""
    one_c.catalogue(
        {"units_1.xml": f"<КоммерческаяИнформация ВерсияСхемы='3.1'>{inside}</КоммерческаяИнформация>".encode()}
    )
    with world(actor):
        (file,) = db.session.scalars(select(OneCFile))
        assert len(file.notes) == 1


def test_two_calls_at_once_do_the_work_once(committing, world, monkeypatch):
    """1C has given up waiting and asks again while the first call is still at work."""
    monkeypatch.setattr(one_c_work, "STEP_SECONDS", 0)
    with world():
        actor = Actor.system(accounts.operator().id)
    one_c = connected(committing, world, actor)
    one_c.begin("catalog")
    for name, data in FILES.items():
        one_c.send("catalog", name, data)
    for name in FILES:
        with ThreadPoolExecutor(4) as pool:
            answers = [call.result() for call in [pool.submit(one_c.run, "catalog", name) for _ in range(4)]]
        assert answers == ["success"] * 4
    assert stock(world, actor) == {
        ("Северный", "ДР-750"): 12,
        ("Южный", "ДР-750"): 5,
        ("1C", "ВС-4х40"): Decimal("120.5"),
    }
    with world(actor):
        kinds = sorted(db.session.scalars(select(ImportRun.kind)))
    assert kinds == ["attributes", "categories", "price_list", "price_list", "products", "stock"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Оптовая", "Ц" * 400),
        ("<Валюта>RUB</Валюта>", "<Валюта>рублей</Валюта>"),
        ("<Наименование>Северный</Наименование>", f"<Наименование>{'С' * 400}</Наименование>"),
        ("4150.50", "9" * 30),
        ("4150.50", "по запросу"),
        ('КоличествоНаСкладе="12"', 'КоличествоНаСкладе="-12"'),
        ('КоличествоНаСкладе="12"', f'КоличествоНаСкладе="{"9" * 18}"'),
        ("<Ид>a-1</Ид>", f"<Ид>{'x' * 300}</Ид>"),
        ("<Ид>a-1</Ид>", "<Ид></Ид>"),
        ("<Артикул>ДР-750</Артикул>", f"<Артикул>{'Д' * 300}</Артикул>"),
        ("Дрель ударная 750 Вт", "Д" * 1_000),
        ("Мощность, Вт", "М=;" * 300),
        ("<Значение>750</Значение>", f"<Значение>{'7;=' * 3_000}</Значение>"),
        ("g-drills", "g-none"),
        ("g-drills", "g" * 300),
        ("4006381333931", "4006381333930"),
        ('Код="796 "', 'Код="кор."'),
    ],
)
def test_odd_values_cost_a_row_not_the_exchange(one_c, world, actor, old, new):
    assert any(old in data.decode() for data in FILES.values())
    one_c.catalogue({name: data.decode().replace(old, new).encode() for name, data in FILES.items()})
    assert "ВС-4х40" in articles(world, actor)
