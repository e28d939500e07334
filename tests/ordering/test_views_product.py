"""The page of an article: properties by name, the matrix of variants, parts of a kit, what goes with it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.catalog.domain.article_row import ArticleRow
from app.catalog.service.articles import upsert_articles
from app.catalog.service.attributes import AttributeRow, set_template, upsert_attributes
from app.catalog.service.kits import RelationRow, set_kit, upsert_relations
from app.core.db import db, statements
from app.core.tenancy import acting_as
from tests.factories.accounts import actor_for, operator, person
from tests.factories.ordering import article, buyer, category, sign_in


@pytest.fixture
def ann(client, world):
    with world():
        actor = buyer()
    sign_in(client, actor)
    return actor


def as_house(work):
    house = operator()
    actor = actor_for(person(house, Role.PRICING), house)
    with acting_as(actor):
        return work(actor)


def describe(*rows):
    """Attributes and places in families for articles that are there."""
    results = as_house(lambda actor: upsert_articles(actor, rows))
    assert [result.problem for result in results if result.problem] == []


def gloves(sizes=("8", "10", "9"), colours=("black", "red")):
    """A head with variants in size and colour; returns them by (size, colour)."""
    as_house(lambda actor: upsert_attributes(actor, [
        AttributeRow("size", "Size", {"ru": "Размер"}, "number", "CMT"),
        AttributeRow("colour", "Colour", {}, "choice", choices={"red": {"ru": "красный"}, "black": {}}),
    ]))  # fmt: skip
    article("GL", None, name="Gloves", stock=0)
    made = {(size, colour): article(f"GL-{size}-{colour}", size, name=f"Gloves {size} {colour}", stock=int(size) * 10)
            for size in sizes for colour in colours}  # fmt: skip
    describe(
        ArticleRow("GL", axes=("size", "colour")),
        *(ArticleRow(one.sku, variant_of="GL", attributes={"size": size, "colour": colour})
          for (size, colour), one in made.items()),
    )  # fmt: skip
    return made


def cart_lines(world):
    with world():
        return db.session.execute(
            text(
                "SELECT a.sku, trim_scale(l.quantity)::text FROM cart_lines l JOIN articles a ON a.id = l.article_id ORDER BY 1"
            )
        ).all()


def test_properties_have_names_units_and_the_order_of_the_category(client, world, ann):
    with world():
        bolts = category("B", "Bolts")
        article("BOLT", category_id=bolts.id)

        def define(actor):
            upsert_attributes(actor, [
                AttributeRow("length_mm", "Length", {}, "number", "MMT"), AttributeRow("thread", "Thread"),
                AttributeRow("zinc", "Zinc plated", {}, "flag"),
            ])  # fmt: skip
            set_template(actor, "B", {"thread": True, "length_mm": False})

        as_house(define)
        describe(ArticleRow("BOLT", attributes={"zinc": "yes", "length_mm": "20,5", "thread": "M8", "odd_one": "x"},
                            length_mm=None))  # fmt: skip
    shown = client.get("/articles/BOLT").text
    assert "length_mm" not in shown
    assert shown.index("Thread") < shown.index("Length") < shown.index("Zinc plated")
    assert "20.5 mm" in shown
    assert "Odd one" in shown


def test_a_family_is_one_grid_with_own_price_and_stock_in_each_cell(client, world, ann):
    with world():
        made = gloves()
    page = client.get("/articles/GL")
    grid = page.soup.select_one("table.o-matrix")
    heads = [cell.get_text(" ", strip=True) for cell in grid.select("thead th")]
    assert heads == ["Size, cm / Colour", "red", "black"], "colours as they are listed"
    assert [cell.get_text(strip=True) for cell in grid.select("tbody th")] == ["8", "9", "10"], "sizes as people count"
    first = grid.select_one("tbody td")
    assert first.find("input")["name"] == f"quantity-{made['8', 'red'].id}"
    assert "8.00" in first.text
    assert "80\xa0pcs" in first.text
    assert not page.soup.select("form[action='/cart/add']"), "a head is not ordered itself"
    variant = client.get("/articles/GL-9-red")
    assert variant.soup.select_one("table.o-matrix td.o-here input")["name"] == f"quantity-{made['9', 'red'].id}"
    assert variant.link("Gloves") == "/articles/GL"


def test_all_cells_go_into_the_cart_in_one_request(client, world, ann):
    with world():
        made = gloves()
    form = client.get("/articles/GL").form("/articles/GL/variants")
    wanted = {f"quantity-{made['8', 'red'].id}": "2", f"quantity-{made['10', 'black'].id}": "5",
              f"quantity-{made['9', 'red'].id}": "0"}  # fmt: skip
    answer = client.post("/articles/GL/variants", data=form | wanted)
    assert (answer.status, answer.location) == (303, "/articles/GL")
    assert "2 articles are in the cart." in client.get("/articles/GL").text
    assert cart_lines(world) == [("GL-10-black", "5"), ("GL-8-red", "2")]
    client.post("/articles/GL/variants", data=form | wanted)
    assert cart_lines(world) == [("GL-10-black", "5"), ("GL-8-red", "2")], "the same form sent twice adds once"


def test_a_cell_that_cannot_be_ordered_keeps_all_out_and_says_why(client, world, ann):
    with world():
        made = gloves()
    good, bad, words = (made[place].id for place in (("8", "red"), ("9", "red"), ("10", "red")))
    form = client.get("/articles/GL").form("/articles/GL/variants")
    page = client.post("/articles/GL/variants", data=form | {f"quantity-{good}": "2", f"quantity-{bad}": "1.5"})
    assert page.status == 422
    assert "1.5 is not a whole number. Take 1 or 2 pcs." in page.text
    assert page.form("/articles/GL/variants")[f"quantity-{good}"] == "2"
    page = client.post("/articles/GL/variants", data=form | {f"quantity-{words}": "many"})
    assert "“many” is not a number." in page.text
    assert "Enter how many you want of which." in client.post("/articles/GL/variants", data=form).text
    assert cart_lines(world) == []


def test_a_head_is_never_ordered(client, world, ann):
    with world():
        gloves()
        head = db.session.scalar(text("SELECT id FROM articles WHERE sku = 'GL'"))
    answer = client.post_part(
        "/cart/add", data={"add": head, f"quantity-{head}": "1", f"unit-{head}": "H87", "client_ref": "r"}
    )
    assert "GL comes in variants. Choose one of them." in answer.text
    preview = client.post("/quick-order", data={"text": "GL 1"})
    assert "GL comes in variants. Choose one of them." in preview.text
    assert cart_lines(world) == []


def test_in_lists_the_head_stands_for_its_variants(client, world, ann):
    with world():
        gloves()
    page = client.get("/shop")
    shown = [row.get_text(" ", strip=True) for row in page.soup.select("tbody tr")]
    assert len(shown) == 1
    assert "6 variants" in shown[0]
    assert page.link("Choose") == "/articles/GL"


def test_three_axes_make_a_list_with_pickers(client, world, ann):
    with world():
        article("HB", None, name="Bolts", stock=0)
        made = [article(f"HB-{n}", "1", name=f"Bolt {n}") for n in range(8)]
        describe(
            ArticleRow("HB", axes=("thread", "length", "steel")),
            *(ArticleRow(one.sku, variant_of="HB", attributes={"thread": f"M{8 + n % 2}", "length": str(n // 4 + 1), "steel": f"A{n // 2 % 2}"})
              for n, one in enumerate(made)),
        )  # fmt: skip
    page = client.get("/articles/HB?pick-0=M9&pick-2=A1")
    assert [option["value"] for option in page.soup.select("#pick-0 option")] == ["", "M8", "M9"]
    assert [row[1] for row in page.rows("Variants")] == ["HB-3", "HB-7"]
    form = page.form("/articles/HB/variants")
    answer = client.post("/articles/HB/variants", data=form | {f"quantity-{made[3].id}": "4"})
    assert answer.location == "/articles/HB?pick-0=M9&pick-2=A1", "the choice stays"
    assert cart_lines(world) == [("HB-3", "4")]


def test_parts_and_related_articles_stand_on_the_page_at_own_prices(client, world, ann):
    with world():
        article("KIT", "50")
        article("PART", "3")
        article("SUB", "49")
        article("COMP", None)

        def relate(actor):
            set_kit(actor, "KIT", [("PART", 4)])
            upsert_relations(actor, [RelationRow("KIT", "SUB", "substitute"), RelationRow("KIT", "COMP", "complement")])

        as_house(relate)
    page = client.get("/articles/KIT")
    assert page.rows("Parts of the kit")[0][0] == "Article PART 4 pcs"
    assert page.rows("Parts of the kit")[0][3].startswith("3.00 EUR")
    assert page.rows("Can stand in for it")[0][1] == "Article SUB"
    assert page.rows("Goes with it")[0][4] == "on request"
    assert len(page.soup.select("input[name=a][form=compare]")) == 2, "what can stand in for it is compared with it"
    assert page.soup.select_one("form#compare input[name=a]")


def test_variants_are_compared_by_a_link(client, world, ann):
    with world():
        made = gloves()
    for place in ("GL", "GL-9-red"):
        address = client.get(f"/articles/{place}").link("Compare the variants")
        assert address.count("a=") == len(made)
        assert client.get(address).soup.select(".o-compare thead img")


@pytest.mark.parametrize("sizes", [("1", "2"), tuple(str(n) for n in range(1, 21))])
def test_a_page_costs_the_same_for_few_and_many_variants(client, world, ann, sizes):
    with world():
        gloves(sizes)
    client.get("/articles/GL")
    with client.app.app_context(), statements() as seen:
        client.get("/articles/GL")
    assert len(seen) <= 26
    _COSTS.add(len(seen))
    assert len(_COSTS) == 1


_COSTS: set[int] = set()


def test_descriptions_speak_the_readers_language(client, world):
    with world():
        actor = buyer(locale="ru")
        article("A", description="Strong")
        describe(ArticleRow("A", descriptions={"ru": "Крепкий"}))
    sign_in(client, actor)
    assert "Крепкий" in client.get("/articles/A").text


def test_a_kit_is_ordered_from_its_parts(client, world, ann):
    with world():
        kit = article("KIT", "50", stock=0)
        article("PART", "3", stock=9)
        as_house(lambda actor: set_kit(actor, "KIT", [("PART", 4)]))
    page = client.get("/articles/KIT")
    assert "2\xa0pcs" in page.soup.select_one(".o-buy .o-stock").text
    form = page.form("/cart/add") | {"add": kit.id, f"quantity-{kit.id}": "3", f"unit-{kit.id}": "H87"}
    client.post("/cart/add", data=form)
    assert "Only 2 pcs" in client.get("/cart").text.replace("\xa0", " ")
