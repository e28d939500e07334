"""Who may open what: method, address, and the status for each person. A denial changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.domain.roles import Role
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.order_file_columns import chosen_columns
from app.ordering.domain.schedule import Every, Schedule
from app.ordering.models.carts import Cart, CartChange, CartLine
from app.ordering.models.orders import Order
from app.ordering.models.requisition_lists import RequisitionLine, RequisitionList
from app.ordering.models.standing import StandingOrder, StandingRun
from app.ordering.queries.cart import priced_cart
from app.ordering.queries.requisition_lists import list_head, list_lines
from app.ordering.queries.standing import standing_order
from app.ordering.queries.standing_ahead import coming_runs
from app.ordering.queries.uploads import known_columns
from app.ordering.service.cart import remove_lines, restore
from app.ordering.service.requisition_lines import put_lines, restore_lines, take_lines_off
from app.ordering.service.requisition_lists import create_list
from app.ordering.service.uploads import name_columns, receive_file
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, buyer, fill_cart, order, sign_in, wanted
from tests.factories.standing import standing as make_standing

NOBODY, BUYER, ADMIN, BOOKS, STRANGER, SALES, ACCOUNTS = (
    "nobody", "buyer", "admin", "bookkeeper", "stranger", "sales", "accountant",
)  # fmt: skip
PEOPLE = (NOBODY, BUYER, ADMIN, BOOKS, STRANGER, SALES, ACCOUNTS)
IN, AWAY = 303, 303  # strangers are sent to the sign-in page

# {cart}, {line}, {change}, {order}, {account}, {nut}, {standing} with its next run on {day}: of the buyer
TABLE: list[tuple[str, str, dict[str, Any], tuple[int, ...]]] = [
    # method, address, data                                            nobody  buyer admin books stranger sales accountant
    ("GET", "/shop", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("GET", "/shop/suggest?q=nu", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("GET", "/compare?a={nut}", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("GET", "/articles/NUT", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("GET", "/articles/NONE", {}, (AWAY, 404, 404, 404, 404, 403, 403)),
    ("POST", "/articles/NUT/variants", {}, (AWAY, 422, 422, 403, 422, 403, 403)),
    ("GET", "/cart", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/cart/add", {"add": "{nut}", "quantity-{nut}": "1", "unit-{nut}": "H87", "client_ref": "r"},
     (AWAY, 303, 303, 403, 303, 403, 403)),
    ("POST", "/cart/lines", {"quantity-{line}": "3"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/cart/lines/{line}", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/cart/lines/{line}", {"quantity": "2", "unit": "H87"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/cart/{cart}/undo/{change}", {}, (AWAY, 409, 404, 403, 404, 403, 403)),
    ("POST", "/cart/clear", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/cart/coupons", {"coupon": "NONE"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/cart/coupons/remove", {"coupon": "NONE"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/carts/{cart}/hand-over", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/hand-over", {"note": "Go on"}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/hand-over/end", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/carts/take/1.x", {}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("POST", "/carts/take/1.x", {}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("GET", "/carts", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/carts", {"name": "Dock 3"}, (AWAY, 303, 303, 403, 303, 403, 403)),
    ("GET", "/carts/{cart}", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/use", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/carts/{cart}/settings", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/rename", {"name": "x"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/copy", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/discard", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/bring-back", {}, (AWAY, 409, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/merge", {"into": "{cart}"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/unmerge/{cart}/{change}", {}, (AWAY, 409, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/share", {"user": "all", "right": "see"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/carts/{cart}/unshare", {"user": "all"}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("GET", "/carts/{cart}/lines.csv", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("GET", "/carts/{cart}/pulse", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("GET", "/carts/{cart}/changes?since=0", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/cart/saved/{line}", {}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("POST", "/cart/saved/{line}/forget", {}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("GET", "/quick-order", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/quick-order", {"text": "NUT 1"}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/quick-order/judge", {"rows": "1\tNUT\t1\t\t"}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/quick-order/read", {"text": "NUT 1"}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("GET", "/quick-order/sample.csv", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("GET", "/quick-order/files/{upload}", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/quick-order/files/{upload}/columns", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/quick-order/files/{upload}/columns", {}, (AWAY, 422, 404, 403, 404, 403, 403)),
    ("POST", "/quick-order/columns/{columns}/forget", {}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("POST", "/quick-order/add", {"rows": "x"}, (AWAY, 422, 422, 403, 422, 403, 403)),
    ("POST", "/quick-order/problems", {"rows": "x"}, (AWAY, 422, 422, 403, 422, 403, 403)),
    ("GET", "/checkout/{cart}/review", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/checkout", {}, (AWAY, 200, 303, 403, 303, 403, 403)),
    ("POST", "/checkout", {"po_number": "7"}, (AWAY, 422, 303, 403, 303, 403, 403)),
    ("POST", "/checkout/{cart}/review", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/cart/{cart}/split", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/cart/{cart}/split", {"do": "save"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/delivery", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("GET", "/delivery/methods/new", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/delivery/methods/new", {"code": ""}, (AWAY, 403, 403, 403, 403, 422, 403)),
    ("GET", "/delivery/methods/NONE", {}, (AWAY, 403, 403, 403, 403, 404, 403)),
    ("POST", "/delivery/methods/NONE", {}, (AWAY, 403, 403, 403, 403, 404, 403)),
    ("GET", "/delivery/payment/new", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/delivery/payment/new", {"code": ""}, (AWAY, 403, 403, 403, 403, 422, 403)),
    ("GET", "/delivery/payment/NONE", {}, (AWAY, 403, 403, 403, 403, 404, 403)),
    ("POST", "/delivery/payment/NONE", {}, (AWAY, 403, 403, 403, 403, 404, 403)),
    ("GET", "/delivery/thresholds/new", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/delivery/thresholds/new", {"code": ""}, (AWAY, 403, 403, 403, 403, 422, 403)),
    ("GET", "/delivery/thresholds/NONE", {}, (AWAY, 403, 403, 403, 403, 404, 403)),
    ("POST", "/delivery/thresholds/NONE", {}, (AWAY, 403, 403, 403, 403, 404, 403)),
    ("GET", "/delivery/accounts/{account}", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/delivery/accounts/{account}", {"po_repeats": "x"}, (AWAY, 403, 403, 403, 403, 422, 403)),
    ("GET", "/orders", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("GET", "/orders/{order}", {}, (AWAY, 200, 200, 200, 404, 403, 403)),
    ("GET", "/bought", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("POST", "/reorder/add", {"client_ref": "r"}, (AWAY, 303, 303, 403, 303, 403, 403)),
    ("GET", "/orders/{order}/reorder", {}, (AWAY, 200, 200, 403, 404, 403, 403)),
    ("POST", "/orders/{order}/reorder", {"all": "1", "client_ref": "r"}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("GET", "/lists", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("GET", "/lists/new", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/lists/new", {"name": ""}, (AWAY, 422, 422, 403, 422, 403, 403)),
    ("POST", "/lists/approval", {"needed": "0"}, (AWAY, 403, 303, 403, 403, 403, 403)),
    ("GET", "/lists/put?a={nut}", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/lists/put", {"a": "{nut}", "list": "{list}"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/lists/{list}", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("GET", "/lists/{list}/approved", {}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("GET", "/lists/{list}/edit", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/edit", {"name": ""}, (AWAY, 422, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/delete", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/restore", {}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("GET", "/lists/{list}/share", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/share", {"person": "x"}, (AWAY, 422, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/decide", {"action": "propose"}, (AWAY, 409, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/lines", {}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/undo/{gone}", {}, (AWAY, 409, 404, 403, 404, 403, 403)),
    ("GET", "/lists/{list}/lines/{row}", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/lines/{row}", {"quantity": ""}, (AWAY, 422, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/cart", {"all": "1", "client_ref": "r"}, (AWAY, 303, 404, 403, 404, 403, 403)),
    ("GET", "/lists/{list}/export.csv", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("GET", "/lists/{list}/import", {}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("POST", "/lists/{list}/import", {"text": "NUT 1"}, (AWAY, 200, 404, 403, 404, 403, 403)),
    ("GET", "/orders/{order}/cancel", {}, (AWAY, 200, 200, 403, 404, 403, 403)),
    ("POST", "/orders/{order}/cancel", {"part": "lines"}, (AWAY, 422, 422, 403, 404, 403, 403)),
    ("POST", "/orders/{order}/amend", {}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("POST", "/orders/changes/{cart}/give-up", {}, (AWAY, 404, 404, 403, 404, 403, 403)),
    ("POST", "/orders/{order}/answers", {}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("GET", "/orders/{order}/versions", {}, (AWAY, 200, 200, 200, 404, 403, 403)),
    ("GET", "/sales/orders/to-confirm", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/sales/orders/to-confirm", {}, (AWAY, 403, 403, 403, 403, 303, 403)),
    ("GET", "/sales/orders/{account}/{order}/confirm", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/sales/orders/{account}/{order}/confirm", {}, (AWAY, 403, 403, 403, 403, 422, 403)),
    ("GET", "/sales/orders/{account}/{order}/own-fields", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/sales/orders/{account}/{order}/own-fields", {}, (AWAY, 403, 403, 403, 403, 303, 403)),
    ("GET", "/sales/orders/{account}/{order}/cancel", {}, (AWAY, 403, 403, 403, 403, 200, 403)),
    ("POST", "/sales/orders/{account}/{order}/cancel", {"part": "lines"}, (AWAY, 403, 403, 403, 403, 422, 403)),
    ("GET", "/sales/orders/{account}/{order}/versions", {}, (AWAY, 403, 403, 403, 403, 200, 200)),
    ("POST", "/sales/orders/{account}/{order}/requests/{nut}", {}, (AWAY, 403, 403, 403, 403, 303, 403)),
    ("POST", "/sales/orders/{account}/{order}/close", {}, (AWAY, 403, 403, 403, 403, 303, 403)),
    ("GET", "/sales/order-rules", {}, (AWAY, 403, 403, 403, 403, 403, 403)),  # administrators of the operator only
    ("POST", "/sales/order-rules", {}, (AWAY, 403, 403, 403, 403, 403, 403)),
    ("POST", "/sales/order-rules/accounts", {}, (AWAY, 403, 403, 403, 403, 403, 403)),
    ("GET", "/sales/orders", {}, (AWAY, 403, 403, 403, 403, 200, 200)),
    ("GET", "/sales/orders/{account}/{order}", {}, (AWAY, 403, 403, 403, 403, 200, 200)),
    ("GET", "/standing-orders", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("GET", "/standing-orders/forecast", {}, (AWAY, 200, 200, 200, 200, 403, 403)),
    ("GET", "/standing-orders/new", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/standing-orders/new", {}, (AWAY, 422, 422, 403, 422, 403, 403)),
    ("GET", "/standing-orders/days-off", {}, (AWAY, 200, 200, 403, 200, 403, 403)),
    ("POST", "/standing-orders/days-off", {}, (AWAY, 422, 422, 403, 422, 403, 403)),
    ("POST", "/standing-orders/days-off/remove", {"day": "2020-01-01"}, (AWAY, 303, 303, 403, 303, 403, 403)),
    ("GET", "/standing-orders/{standing}", {}, (AWAY, 200, 200, 200, 404, 403, 403)),
    ("GET", "/standing-orders/{standing}/edit", {}, (AWAY, 200, 200, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/edit", {}, (AWAY, 422, 422, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/pause", {}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/resume", {}, (AWAY, 409, 409, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/end", {}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/take-over", {}, (AWAY, 403, 303, 403, 404, 403, 403)),
    ("GET", "/standing-orders/{standing}/runs/{day}", {}, (AWAY, 200, 200, 200, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/runs/{day}", {}, (AWAY, 422, 422, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/runs/{day}/skip", {}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/runs/{day}/unskip", {}, (AWAY, 409, 409, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/runs/{day}/now", {}, (AWAY, 303, 303, 403, 404, 403, 403)),
    ("POST", "/standing-orders/{standing}/runs/{day}/answer", {}, (AWAY, 409, 409, 403, 404, 403, 403)),
    ("GET", "/sales/standing-orders", {}, (AWAY, 403, 403, 403, 403, 200, 200)),
    ("GET", "/sales/standing-orders/{account}/{standing}", {}, (AWAY, 403, 403, 403, 403, 200, 200)),
]  # fmt: skip
_REFUSED = (403, 404, 409, 422)


def _is_harmless(method: str, who: str, status: int) -> bool:
    """Whether a request may change nothing."""
    return method == "GET" or who == NOBODY or status in _REFUSED


ALL = [
    (method, address, data, who, status)
    for method, address, data, statuses in TABLE
    for who, status in zip(PEOPLE, statuses, strict=True)
]
CHANGES = [
    pytest.param(*case, id=f"{case[3]}-{case[0]}-{case[1]}")
    for case in ALL
    if not _is_harmless(case[0], case[3], case[4])
]


@dataclass
class World:
    people: dict[str, Actor | None]
    values: dict[str, Any]


@pytest.fixture
def scene(client, world) -> World:
    """A buyer with a cart of one line, one removed line, and an order placed before; a colleague, others."""
    with world():
        nut, pin = article("NUT"), article("PIN")
        company = customer()
        ann = buyer(company)
        number = order(ann, [(nut, 2)]).number
        cart_id = fill_cart(ann, [(nut, 1), (pin, 1)])
        with acting_as(ann):
            rows = priced_cart(ann, cart_id).rows
            gone = remove_lines(ann, cart_id, [rows[1].line_id])
            restore(ann, cart_id, gone.change_id)
        list_id, line_id, removed = _a_list(ann, nut, pin)
        upload_id, columns_id = _a_file(ann)
        standing_number, standing_day = _a_standing_order(ann, nut)
        house = operator()
        people = {
            NOBODY: None,
            BUYER: ann,
            ADMIN: buyer(company, Role.COMPANY_ADMIN),
            BOOKS: buyer(company, Role.BOOKKEEPER),
            STRANGER: buyer(),
            SALES: actor_for(person(house, Role.SALES), house),
            ACCOUNTS: actor_for(person(house, Role.ACCOUNTANT), house),
        }
    values = {
        "cart": cart_id,
        "line": rows[0].line_id,
        "change": gone.change_id,
        "order": number,
        "account": company.code,
        "nut": nut.id,
        "standing": standing_number,
        "day": standing_day,
        "list": list_id,
        "row": line_id,
        "gone": removed,
        "upload": upload_id,
        "columns": columns_id,
    }
    return World(people, values)


def _a_standing_order(ann, nut) -> tuple[str, str]:
    """Number of a standing order, and the date of its next run."""
    tomorrow = clock.today() + timedelta(days=1)
    number = make_standing(ann, [(nut, 1)], schedule=Schedule(Every.WORKDAYS, tomorrow))
    with acting_as(ann):
        return number, coming_runs(ann, standing_order(ann, number))[0].planned.isoformat()


def _a_file(ann) -> tuple[int, int]:
    """A file that waits for its columns, and columns that are remembered: their ids."""
    file = b"We need;This many\nNUT;1\n"
    with acting_as(ann):
        upload_id = receive_file(ann, file, "order.csv", client_ref="file", is_asking=True)
        known = receive_file(ann, file, "order.csv", client_ref="known", is_asking=True)
        name_columns(ann, known, chosen_columns(1, {0: "sku", 1: "quantity"}), is_remembered=True)
        return upload_id, known_columns(ann)[0].id


def _a_list(ann, nut, pin) -> tuple[int, int, int]:
    """A list of one line, one line taken off and brought back: ids of the list, of a line, of the change."""
    with acting_as(ann):
        list_id = create_list(ann, "Weekly", client_ref="weekly")
        put_lines(ann, list_id, [wanted(nut, 1), wanted(pin, 1)], client_ref="weekly")
        lines = list_lines(ann, list_head(ann, list_id))
        gone = take_lines_off(ann, list_id, [lines[1].line_id])
        restore_lines(ann, list_id, gone.change_id)
    return list_id, lines[0].line_id, gone.change_id


def state(world) -> list[Any]:
    with world(), system_scope("test"):
        return [
            db.session.scalars(select(func.count()).select_from(model)).one()
            for model in (Cart, CartChange, Order, RequisitionLine, RequisitionList, StandingOrder, StandingRun)
        ] + db.session.scalars(select(CartLine.quantity).order_by(CartLine.id)).all()


def ask(client: Any, scene: World, method: str, address: str, data: dict[str, Any]) -> Any:
    values = {key.format(**scene.values): value.format(**scene.values) for key, value in data.items()}
    return client.flask.open(address.format(**scene.values), method=method, data=values)


@pytest.mark.parametrize("who", PEOPLE)
def test_looking_and_what_is_refused_change_nothing(client, world, scene, who):
    if scene.people[who] is not None:
        sign_in(client, scene.people[who])
    before, wrong = state(world), []
    for method, address, data, person_asked, status in ALL:
        if person_asked != who or not _is_harmless(method, who, status):
            continue
        answer = ask(client, scene, method, address, data)
        place = answer.headers.get("Location", "")
        if answer.status_code != status or (who == NOBODY and not place.startswith("/sign-in")):
            wrong.append((method, address, answer.status_code, status, place))
        if method != "GET" and state(world) != before:
            wrong.append((method, address, "changed something"))
            before = state(world)
    assert wrong == []
    assert state(world) == before


@pytest.mark.parametrize(("method", "address", "data", "who", "status"), CHANGES)
def test_what_is_allowed(client, scene, method, address, data, who, status):
    sign_in(client, scene.people[who])
    answer = ask(client, scene, method, address, data)
    assert answer.status_code == status, answer.text[:2000]


def test_every_route_of_the_slice_is_in_the_table(app):
    tested = {(method, address.split("?")[0]) for method, address, _, _ in TABLE}
    adapter = app.url_map.bind("localhost")
    found = set()
    for method, address in tested:
        path = address.format(
            cart=1,
            line=1,
            change=1,
            order="SO-1",
            account="C1",
            nut=1,
            upload=1,
            columns=1,
            list=1,
            row=1,
            gone=1,
            standing="ST-1",
            day="2027-01-04",
        )
        endpoint, _ = adapter.match(path, method=method)
        found.add((endpoint, method))
    wanted = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if rule.endpoint.startswith("ordering.") and not is_of_approvals(rule.rule)
    }
    assert wanted == found


def is_of_approvals(address: str) -> bool:
    """Those are in the table of test_views_approvals.py."""
    return address.startswith("/approvals") or "/approval-rules" in address
