"""Pages of requisition lists over plain HTTP: every step without script."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.requisition_list import Access
from app.ordering.models.requisition_lists import RequisitionLine
from app.ordering.service.requisition_lines import put_lines
from app.ordering.service.requisition_lists import create_list, share_list
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, fill_cart, order, ref, sign_in, wanted
from tests.support.queries import counted


@pytest.fixture
def scene(client, world):
    """Ann with a list of four: one is fine, one off its packs, one short, one replaced; Ben and the chief beside her."""
    with world():
        company = customer("BRANDT", name="Brandt")
        people = [
            buyer(company, name="Ann"),
            buyer(company, name="Ben"),
            buyer(company, Role.COMPANY_ADMIN, name="Chief"),
        ]
        made = [
            article("NUT", "2", units={"XBX": 10}), article("PACK", "3", minimum=12, step=12), article("SHORT", "4", stock=7),
            article("OLD", "5", successor=article("NEW", "6")),
        ]  # fmt: skip
        ann = people[0]
        with acting_as(ann):
            list_id = create_list(ann, "Weekly", client_ref=ref())
            lines = [wanted(one, quantity) for one, quantity in zip(made, (5, 5, 9, 2), strict=True)]
            put_lines(ann, list_id, lines, client_ref=ref())
    sign_in(client, ann)
    return people, f"/lists/{list_id}"


def ids(world, address) -> dict[str, int]:
    with world(), system_scope("test"):
        rows = db.session.execute(
            select(RequisitionLine.article_id, RequisitionLine.id)
            .where(RequisitionLine.list_id == int(address.rsplit("/", 1)[-1]))
            .order_by(RequisitionLine.position)
        )
        return dict(zip(("NUT", "PACK", "SHORT", "OLD"), (row.id for row in rows), strict=False))


def cart_lines(client) -> dict[str, str]:
    rows = client.get("/cart").soup.select("#cart-lines tbody tr")
    return {row.strong.get_text(): row.select_one("input[name^=quantity-]")["value"] for row in rows}


def quantities(page) -> dict[str, str]:
    found = {}
    for row in page.soup.select("form tbody tr"):
        field = row.select_one("input[name^=quantity-]")
        found[row.strong.get_text()] = field["value"] if field else ""
    return found


def fields(page) -> dict[str, str]:
    """What the form of the lines sends as it stands."""
    return {
        field["name"]: field["value"]
        for field in page.soup.select("form tbody input")
        if field["name"] != "pick"
    } | {"client_ref": ref()}  # fmt: skip


def test_a_list_is_made_filled_and_found(client, world, scene):
    page = client.post("/lists/new", data={"name": "", "client_ref": "x"})
    assert page.status == 422
    made = client.post("/lists/new", data={"name": "Berths", "note": "every spring", "client_ref": ref()}).location
    assert "The list is empty" in client.get(made).text
    page = client.get("/lists")
    assert [row[0].split(" ")[0] for row in page.rows("Lists")] == ["Berths", "Weekly"]
    assert len(client.get("/lists?q=berth").rows("Lists")) == 1
    assert "No list fits" in client.get("/lists?q=%25").text
    client.post(f"{made}/edit", data={"name": "Berths 2", "note": "", "client_ref": ref()})
    page = client.get(made)
    assert page.soup.h1.get_text() == "Berths 2"
    assert "changed name or note" in page.text
    client.post(f"{made}/delete")
    page = client.get("/lists")
    assert "“Berths 2” is deleted" in page.text
    assert len(page.rows("Lists")) == 1
    client.post(f"{made}/restore")
    assert client.get(made).status == 200


def test_prices_and_ways_out_are_shown(client, scene):
    _people, address = scene
    page = client.get(address)
    rows = [" ".join(row) for row in page.rows("Lines")]
    assert "10.00" in rows[0]
    assert "Take 12" in rows[1]
    assert "only 7" in rows[2]
    assert "The successor is NEW" in rows[3]
    assert "Take NEW instead" in rows[3]
    assert "3 need a look" in page.text
    assert len(client.get(f"{address}?only=problems").rows("Lines")) == 3
    assert len(client.get(f"{address}?q=nut").rows("Lines")) == 1


def test_quantities_are_saved_line_by_line(client, world, scene):
    (_ann, ben, _chief), address = scene
    line = ids(world, address)
    page = client.get(address)
    mine = fields(page) | {f"quantity-{line['NUT']}": "7", f"quantity-{line['PACK']}": "24"}
    with world(), acting_as(_ann):
        share_list(_ann, int(address.rsplit("/", 1)[-1]), ben.user_id, Access.EDIT)
    sign_in(client, ben)
    theirs = fields(client.get(address)) | {f"quantity-{line['NUT']}": "40", f"quantity-{line['SHORT']}": "6"}
    assert client.post(f"{address}/lines", data=theirs).status == 303
    sign_in(client, _ann)
    page = client.post(f"{address}/lines", data=mine)
    assert page.status == 409
    assert "1 line is changed." in page.text
    assert "Ben has set 40 pcs" in page.text
    assert "you entered 7" in page.text
    assert quantities(page) == {"NUT": "40", "PACK": "24", "SHORT": "6", "OLD": "2"}
    assert client.post(f"{address}/lines", data=fields(page) | {f"quantity-{line['NUT']}": "7"}).status == 303
    page = client.get(address)
    assert quantities(page)["NUT"] == "7"
    assert "Ben" in page.rows("Lines")[2][1]  # who changed a line last, where it was somebody else
    page = client.post(f"{address}/lines", data=fields(page) | {f"quantity-{line['NUT']}": "many"})
    assert page.status == 422
    assert "“many” is not a number." in page.text


def test_buttons_take_what_would_do(client, world, scene):
    _people, address = scene
    line = ids(world, address)
    client.post(f"{address}/lines", data=fields(client.get(address)) | {"set": f"{line['PACK']}:12"})
    client.post(f"{address}/lines", data=fields(client.get(address)) | {"instead": f"{line['OLD']}:NEW"})
    page = client.get(address)
    assert quantities(page) == {"NUT": "5", "PACK": "12", "SHORT": "9", "NEW": "2"}
    assert "took another article instead" in page.text


def test_lines_go_off_come_back_and_move(client, world, scene):
    _people, address = scene
    line = ids(world, address)
    other = client.post("/lists/new", data={"name": "Other", "client_ref": ref()}).location
    page = client.post(f"{address}/lines", data={"do": "remove"})
    assert page.status == 422
    client.post(f"{address}/lines", data={"do": "remove", "pick": [line["NUT"], line["OLD"]]})
    page = client.get(address)
    assert "2 lines are off the list." in page.text
    undo = page.soup.select_one("form[action*='/undo/']")["action"]
    client.post(undo)
    assert list(quantities(client.get(address))) == ["NUT", "PACK", "SHORT", "OLD"]
    target = other.rsplit("/", 1)[-1]
    line = ids(world, address)
    client.post(f"{address}/lines", data={"do": "copy", "pick": line["NUT"], "target": target, "client_ref": ref()})
    client.post(f"{address}/lines", data={"do": "move", "pick": line["NUT"], "target": target, "client_ref": ref()})
    assert list(quantities(client.get(address))) == ["PACK", "SHORT", "OLD"]
    assert quantities(client.get(other)) == {"NUT": "10"}
    page = client.post(f"{address}/lines", data={"do": "move", "pick": "1", "target": "", "client_ref": ref()})
    assert "Choose another list." in page.text


def test_a_line_in_full(client, world, scene):
    _people, address = scene
    line = ids(world, address)["NUT"]
    page = client.get(f"{address}/lines/{line}")
    assert page.form()["quantity"] == "5"
    data = {"quantity": "3", "unit": "XBX", "note": "hall 3", "place": "3", "version": "0"}
    assert client.post(f"{address}/lines/{line}", data=data).status == 303
    page = client.get(address)
    assert [name for name in quantities(page)] == ["PACK", "SHORT", "NUT", "OLD"]
    assert "“hall 3”" in page.text
    page = client.post(f"{address}/lines/{line}", data=data | {"quantity": "9"})
    assert page.status == 409
    assert "Ann has changed this line to 3 meanwhile." in page.text
    assert page.form()["version"] == "1"


def test_into_the_cart_and_what_stays_out(client, world, scene):
    _people, address = scene
    page = client.get(address)
    answer = client.post(f"{address}/cart", data=fields(page) | {"all": "1", "client_ref": "first"})
    assert answer.status == 200
    rows = [" ".join(row) for row in answer.rows("Not in the cart")]
    assert "Take 12" in rows[0]
    assert "Take 7" in rows[1]
    assert "Take NEW" in rows[2]
    assert cart_lines(client) == {"NUT": "5"}
    data = {field["name"]: field["value"] for field in answer.soup.select("form[action$='/cart'] input[name]")}
    data["pick"] = [field["value"] for field in answer.soup.select("input[name=pick]")]
    takes = [button["value"] for button in answer.soup.select("button[name=take]")]
    answer = client.post(f"{address}/cart", data=data | {"take": takes[0]})
    assert "1 line is in the cart." in answer.text
    assert len(answer.rows("Not in the cart")) == 2
    last = client.post(f"{address}/cart", data={"pick": data["pick"][-1], "take": takes[-1], "client_ref": ref()})
    assert last.location == "/cart"
    assert cart_lines(client) == {"NUT": "5", "PACK": "12", "NEW": "2"}
    assert quantities(client.get(address)) == {"NUT": "5", "PACK": "5", "SHORT": "9", "OLD": "2"}


def test_chosen_lines_and_a_new_cart(client, world, scene):
    _people, address = scene
    line = ids(world, address)
    data = {"pick": line["NUT"], f"quantity-{line['NUT']}": "8", "client_ref": ref()}
    assert client.post(f"{address}/cart", data=data).location == "/cart"
    assert cart_lines(client) == {"NUT": "8"}
    data = {"pick": line["SHORT"], f"quantity-{line['SHORT']}": "3", "client_ref": ref(), "into": "new"}
    for _time in range(2):
        assert client.post(f"{address}/cart", data=data).location == "/cart"
    page = client.get("/cart")
    assert page.soup.h1.get_text() == "Weekly"
    assert cart_lines(client) == {"SHORT": "3"}
    assert client.post(f"{address}/cart", data={"client_ref": ref()}).status == 422


def test_sharing_and_what_the_other_sees(client, world, scene):
    (_ann, ben, _chief), address = scene
    assert client.post(f"{address}/share", data={"person": "x"}).status == 422
    client.post(f"{address}/share", data={"person": ben.user_id, "access": "1"})
    client.post(f"{address}/share", data={"person": "all", "access": "2"})
    page = client.get(f"{address}/share")
    assert [row[:2] for row in page.rows("Shared with")] == [
        ["Everybody in the company", "see and change it"], ["Ben", "see and order from it"],
    ]  # fmt: skip
    client.post(f"{address}/share", data={"person": "all", "access": "0"})
    sign_in(client, ben)
    page = client.get(address)
    assert "of Ann" in page.text
    assert page.soup.select("button[name=do][value=remove]") == []
    assert client.post(f"{address}/lines", data={"do": "remove", "pick": "1"}).status == 403
    assert client.get(f"{address}/share").status == 403
    assert client.post(f"{address}/cart", data={"all": "1", "client_ref": ref()}).status == 200


def test_approval_from_proposal_to_the_order(client, world, scene):
    (ann, _ben, chief), address = scene
    sign_in(client, chief)
    assert "Ask for approval of lists" in client.get("/lists").text
    client.post("/lists/approval", data={"needed": "1"})
    sign_in(client, ann)
    page = client.get(address)
    assert page.soup.select("button[name=all]") == []
    client.post(f"{address}/decide", data={"action": "propose", "version": "1"})
    page = client.get(address)
    assert "Waits for approval" in page.text
    assert page.soup.select("input[name^=quantity-]") == []
    assert client.post(f"{address}/decide", data={"action": "approve", "version": "1"}).status == 403
    sign_in(client, chief)
    page = client.get("/lists?show=waiting")
    assert page.link("Weekly") == address
    page = client.post(f"{address}/decide", data={"action": "reject", "version": "1", "reason": ""})
    assert page.status == 422
    client.post(f"{address}/decide", data={"action": "reject", "version": "1", "reason": "no nuts"})
    sign_in(client, ann)
    page = client.get(address)
    assert "Given back by Chief" in page.text
    assert "no nuts" in page.text
    client.post(f"{address}/decide", data={"action": "propose", "version": "1"})
    sign_in(client, chief)
    assert client.post(f"{address}/decide", data={"action": "approve", "version": "0"}).status == 409
    client.post(f"{address}/decide", data={"action": "approve", "version": "1"})
    sign_in(client, ann)
    page = client.get(address)
    assert page.link("Order version 1") == f"{address}/approved"
    line = ids(world, address)
    client.post(f"{address}/lines", data=fields(page) | {f"quantity-{line['NUT']}": "500"})
    assert "Draft" in client.get(address).text
    page = client.get(f"{address}/approved")
    assert quantities(page)["NUT"] == "5"
    answer = client.post(f"{address}/cart", data={"pick": "1", "release": "1", "client_ref": ref()})
    assert answer.location == "/cart"
    assert cart_lines(client) == {"NUT": "5"}
    assert client.post(f"{address}/cart", data={"pick": "1", "release": "7", "client_ref": ref()}).status == 409


def test_out_to_a_file_and_in_again(client, world, scene):
    _people, address = scene
    content = client.flask.get(f"{address}/export.csv").data
    assert content.decode("utf-8-sig").splitlines()[:2] == ["Article number,Quantity,Unit,Note", "NUT,5,H87,"]
    book = client.flask.get(f"{address}/export.xlsx").data
    for name, data in (("w.csv", content), ("w.xlsx", book)):
        target = client.post("/lists/new", data={"name": name, "client_ref": ref()}).location
        page = client.flask.post(f"{target}/import", data={"file": (io.BytesIO(data), name)})
        page = client.checked(page) if hasattr(client, "checked") else page
        assert "4 good lines" in page.text
        rows = page.text.split('<textarea name="rows"')[1].split(">", 1)[1].split("</textarea>")[0]
        answer = client.post(f"{target}/import", data={"rows": _plain(rows), "put": "1", "client_ref": ref()})
        assert answer.status == 303
        assert quantities(client.get(target)) == quantities(client.get(address))


def _plain(text):
    return text.replace("&#34;", '"').replace("&amp;", "&").replace("&lt;", "<")


def test_a_file_with_mistakes_is_corrected_on_the_page(client, scene):
    _people, address = scene
    page = client.post(f"{address}/import", data={"text": "NUT 3\nNOPE 4\nPACK x"})
    assert page.status == 200
    assert len(page.rows("Rows that need you")) == 2
    rows = page.soup.select_one("textarea[name=rows]").get_text()
    page = client.post(f"{address}/import", data={"rows": rows, "code-2": "NEW", "drop": "3"})
    assert "2 good lines" in page.text
    rows = page.soup.select_one("textarea[name=rows]").get_text()
    client.post(f"{address}/import", data={"rows": rows, "put": "1", "client_ref": ref()})
    page = client.get(address)
    assert "1 was there already and has grown." in page.text
    assert quantities(page) == {"NUT": "8", "PACK": "5", "SHORT": "9", "OLD": "2", "NEW": "4"}
    assert client.post(f"{address}/import", data={"text": " "}).status == 422
    assert client.post(f"{address}/import", data={"rows": "x"}).status == 422


def test_from_pages_onto_a_list(client, world, scene):
    (ann, _ben, _chief), address = scene
    with world():
        rod = article("ROD", "7", minimum=6, step=6)
        number = order(ann, [(article("PIN", "1"), 3)]).number
    page = client.get("/articles/ROD")
    put = page.link("Put on a list")
    assert client.get(put).form()["quantity"] == "6"
    list_id = address.rsplit("/", 1)[-1]
    data = {"a": rod.id, "list": list_id, "quantity": "x", "unit": "H87", "client_ref": ref()}
    assert client.post("/lists/put", data=data).status == 422
    assert client.post("/lists/put", data=data | {"quantity": "6", "note": "gate"}).location == address
    assert quantities(client.get(address))["ROD"] == "6"
    assert client.post("/lists/put", data={"a": rod.id, "list": "new", "name": " ", "client_ref": ref()}).status == 422
    made = client.post("/lists/put", data={"order": number, "list": "new", "name": "From order", "client_ref": ref()})
    assert quantities(client.get(made.location))["PIN"] == "3"
    assert client.get(f"/orders/{number}").link("Put on a list") == f"/lists/put?order={number}"
    assert client.get("/lists/put?a=999999999").status == 404
    with world():
        fill_cart(ann, [(rod, 12)])
    put = client.get("/cart").link("Keep as a list")
    made = client.post(put, data={"list": "new", "name": "From cart", "client_ref": ref(), "quantity": "18"})
    assert quantities(client.get(made.location))["ROD"] == "18"


def test_lists_and_lines_cost_as_many_statements_for_two_as_for_twenty(client, isolated, world):
    with world():
        ann = buyer()
        articles = [article(f"M-{n}") for n in range(20)]
        with acting_as(ann):
            small, large = create_list(ann, "S", client_ref="s"), create_list(ann, "L", client_ref="l")
            put_lines(ann, small, [wanted(one, 1) for one in articles[:2]], client_ref=ref())
            put_lines(ann, large, [wanted(one, 1) for one in articles], client_ref=ref())
    sign_in(client, ann)
    seen = []
    for address in (f"/lists/{small}", f"/lists/{large}"):
        client.get(address)
        with counted(isolated) as statements:
            client.get(address)
        seen.append(len(statements))
    client.get("/lists")
    with counted(isolated) as few:
        client.get("/lists")
    with world(), acting_as(ann):
        for n in range(18):
            create_list(ann, f"List {n}", client_ref=str(n))
    with counted(isolated) as many:
        assert len(client.get("/lists").rows("Lists")) == 20
    assert seen[0] == seen[1]
    assert len(few) == len(many)
