"""Pages of approval over plain HTTP: the inbox, a decision, the link in the mail, rules, absences; who may open what."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.accounts.domain.roles import Role
from app.accounts.models.people import Membership, User
from app.core import clock
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.notifications.models import Notice
from app.ordering.domain.wishes import Wishes
from app.ordering.models.approvals import Approval, ApprovalLine, ApprovalLink, ApprovalRule, ApprovalSeat
from app.ordering.models.orders import Order
from app.ordering.queries import approvals as queries
from app.ordering.service.approval_decisions import approve
from app.ordering.service.checkout import check_prices, submit
from tests.factories.accounts import actor_for, operator, person
from tests.factories.approvals import crew, request, submitted
from tests.factories.ordering import article, buyer, change_price, fill_cart, ref, ship_to, sign_in
from tests.support.mail import tray
from tests.support.queries import counted
from tests.support.work import drain


@pytest.fixture
def made(isolated, world):
    with world():
        return crew()


def number_of(world, approval_id: int) -> str:
    with world(), system_scope("test"):
        return db.session.scalars(select(Approval.number).where(Approval.id == approval_id)).one()


def asked(world, made, quantity=20, **wishes) -> str:
    with world():
        approval_id = request(made, quantity, **wishes)
    return number_of(world, approval_id)


def scalars(world, statement) -> list[Any]:
    with world(), system_scope("test"):
        return list(db.session.scalars(statement))


def test_checkout_leads_to_the_request_and_the_approver_decides(client, world, made):
    with world():
        cart_id = fill_cart(made.ann, [(made.nut, 20)])
        place = ship_to(made.ann)
    sign_in(client, made.ann)
    client.post("/checkout", data={"ship_to": str(place), "po_number": "4711"})
    review = client.get(f"/checkout/{cart_id}/review")
    assert "A colleague must say yes first: Over 100" in review.text
    assert "Send for approval" in review.text
    seen = review.soup.select_one("input[name=seen]")["value"]
    answer = client.post(f"/checkout/{cart_id}/review", data={"seen": seen, "client_ref": ref()})
    assert re.fullmatch(r"/approvals/AP-\d{4}-\d{6}", answer.location)
    page = client.get(answer.location)
    assert "Waits for approval" in page.text
    assert "The total of" in page.text
    assert not page.soup.select("#approve-form")
    assert client.get(f"/checkout/{cart_id}/review").location == answer.location
    assert "waits for approval" in client.get(f"/carts/{cart_id}").text
    sign_in(client, made.ben)
    inbox = client.get("/approvals")
    assert inbox.soup.select_one(f"a[href='{answer.location}']")
    page = client.get(answer.location)
    assert page.soup.select("#approve-form")
    done = client.post(f"{answer.location}/approve", data={"note": "Go on."})
    assert done.status_code == 303
    page = client.get(answer.location)
    assert "Approved and ordered" in page.text
    number = scalars(world, select(Order.number))[0]
    assert "Ben" in client.get(f"/orders/{number}").text


def test_below_the_rule_the_review_speaks_of_no_approval(client, world, made):
    with world():
        cart_id = fill_cart(made.ann, [(made.nut, 2)])
        place = ship_to(made.ann)
    sign_in(client, made.ann)
    client.post("/checkout", data={"ship_to": str(place)})
    review = client.get(f"/checkout/{cart_id}/review")
    assert "say yes first" not in review.text
    assert "Place order of 1 line" in review.text


def test_a_rejected_cart_shows_the_reasons_at_its_lines(client, world, made):
    number = asked(world, made)
    (line_id,) = scalars(world, select(ApprovalLine.id))
    sign_in(client, made.ben)
    assert client.post(f"/approvals/{number}/reject", data={"reason": ""}).status_code == 422
    noted = client.post(f"/approvals/{number}/lines/{line_id}", data={"quantity": "20", "reason": "Ten will do."})
    assert noted.status_code == 303
    assert client.post(f"/approvals/{number}/reject", data={"reason": "Too many."}).status_code == 303
    sign_in(client, made.ann)
    page = client.get("/cart")
    assert "Too many." in page.text
    assert "Ten will do." in page.text


def test_an_approver_cuts_a_line(client, world, made):
    number = asked(world, made)
    (line_id,) = scalars(world, select(ApprovalLine.id))
    sign_in(client, made.ben)
    address = f"/approvals/{number}/lines/{line_id}"
    assert client.get(address).status_code == 200
    assert client.post(address, data={"quantity": "30", "reason": "More."}).status_code == 422
    assert client.post(address, data={"quantity": "12", "reason": "Twelve."}).status_code == 303
    page = client.get(f"/approvals/{number}")
    assert "asked for 20" in page.text
    assert "Twelve." in page.text


def test_the_buyer_withdraws_reminds_and_comments(client, world, made):
    number = asked(world, made)
    sign_in(client, made.ann)
    assert client.post(f"/approvals/{number}/comment", data={"comment": "It is urgent."}).status_code == 303
    assert client.post(f"/approvals/{number}/remind").status_code == 409
    assert "It is urgent." in client.get(f"/approvals/{number}").text
    assert client.post(f"/approvals/{number}/approve").status_code == 409
    assert client.post(f"/approvals/{number}/withdraw").status_code == 303
    assert "Withdrawn" in client.get(f"/approvals/{number}").text


def test_many_are_decided_at_once_each_with_its_answer(client, world, made):
    first = asked(world, made)
    second = asked(world, made, 30)
    change_the_price(world, made)
    third = asked(world, made, 40)
    sign_in(client, made.ben)
    client.post("/approvals/decide", data={"number": [first, second, third, "AP-NONE"], "decision": "approve"})
    page = client.get("/approvals")
    assert len(page.banners) == 4
    assert sum("ordered as" in text for text in page.banners) == 1
    assert sum("went back" in text for text in page.banners) == 2
    fourth = asked(world, made, 50)
    client.post("/approvals/decide", data={"number": [fourth], "decision": "reject", "reason": ""})
    assert "Say why" in client.get("/approvals").banners[0]


def change_the_price(world, made) -> None:
    with world():
        change_price(made.nut, "11")


def test_a_decision_is_handed_to_a_colleague(client, world, made):
    number = asked(world, made)
    sign_in(client, made.ben)
    client.post(f"/approvals/{number}/delegate", data={"colleague_id": str(made.dan.user_id)})
    assert "handed to Dan" in client.get(f"/approvals/{number}").text
    sign_in(client, made.dan)
    assert client.get(f"/approvals/{number}").soup.select("#approve-form")


def test_absences_are_entered_and_removed(client, world, made):
    sign_in(client, made.ben)
    today = clock.today("Europe/Berlin")
    values = {
        "user_id": str(made.ben.user_id), "deputy_id": str(made.dan.user_id), "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=2)).isoformat(), "note": "Holiday",
    }  # fmt: skip
    assert client.post("/approvals/absences", data=values | {"deputy_id": values["user_id"]}).status_code == 422
    assert client.post("/approvals/absences", data=values).status_code == 303
    page = client.get("/approvals/absences")
    assert "Holiday" in page.text
    number = asked(world, made)
    sign_in(client, made.dan)
    assert client.get(f"/approvals/{number}").soup.select("#approve-form")


# --- rules


RULE = {
    "name": "Everything", "kind": "total", "comparator": ">=", "value": "0", "approvers_1": "administrators",
    "need_1": "1", "need_2": "1", "need_3": "1", "is_enabled": "y",
}  # fmt: skip


def test_the_administrator_keeps_rules_limits_and_times(client, world, made):
    sign_in(client, made.dan)
    assert "Over 100" in client.get("/company/approval-rules").text
    assert client.get("/company/approval-rules/new").status_code == 200
    refused = client.post("/company/approval-rules/new", data=RULE | {"approvers_1": "role:bookkeeper"})
    assert refused.status_code == 422
    assert "nobody could approve" in refused.text
    assert client.post("/company/approval-rules/new", data=RULE).status_code == 303
    rule_id = scalars(world, select(ApprovalRule.id).where(ApprovalRule.name == "Everything"))[0]
    address = f"/company/approval-rules/{rule_id}"
    assert client.get(address).status_code == 200
    assert client.post(address, data=RULE | {"name": "Every order"}).status_code == 303
    assert client.post(f"{address}/delete").status_code == 303
    limit = f"/company/approval-rules/limits/{made.ann.user_id}"
    assert client.get(limit).status_code == 200
    assert client.post(limit, data={"buy_up_to": "50", "approve_up_to": ""}).status_code == 303
    times = {"remind_hours": "1", "escalate_hours": "2", "expire_days": "3", "hold_hours": "4", "holds_stock": "y"}
    assert client.get("/company/approval-rules/times").status_code == 200
    assert client.post("/company/approval-rules/times", data=times).status_code == 303
    page = client.get("/company/approval-rules")
    assert "after 2 hours" in page.text
    assert "50.00" in page.text


def test_staff_keep_the_rules_of_an_account(client, world, made):
    with world():
        house = operator()
        sales = actor_for(person(house, Role.SALES), house)
    sign_in(client, sales)
    code = made.company.code
    assert "Over 100" in client.get(f"/accounts/{code}/approval-rules").text
    assert client.post(f"/accounts/{code}/approval-rules/new", data=RULE).status_code == 303
    assert "Rules of approval" in client.get(f"/accounts/{code}").text


# --- the link in the mail


def mailed(isolated, world, to: str) -> str:
    """The way to a request in the mail to one person."""
    with tray() as mails:
        drain(isolated)
    mail = next(mail for mail in mails if to in mail["To"])
    body = mail.get_body(("plain",)).get_content()
    return re.search(r"/approvals/by-mail/\S+", body)[0]


def address_of(world, actor) -> str:
    with world(), system_scope("test"):
        return db.session.scalars(select(User.email).where(User.id == actor.user_id)).one()


def test_the_mail_opens_one_request_and_decides_by_a_button_only(client, isolated, world, made):
    asked(world, made, po_number="4711")
    link = mailed(isolated, world, address_of(world, made.ben))
    token = link.rsplit("/", 1)[1]
    assert not any(token in text for text in scalars(world, select(Notice.text_body)) if text)
    for _ in range(3):  # a mail scanner opens it, too
        page = client.get(link)
        assert page.status_code == 200
    assert scalars(world, select(Order.id)) == []
    assert "4711" in page.text
    assert client.post(link, data={"decision": "reject", "reason": ""}).status_code == 422
    done = client.post(link, data={"decision": "approve"})
    assert "ordered as" in done.text
    assert len(scalars(world, select(Order.id))) == 1
    again = client.post(link, data={"decision": "approve"})
    assert again.status_code == 200
    assert not again.soup.select("button[name=decision]")
    assert client.get("/approvals").location.startswith("/sign-in")
    assert len(scalars(world, select(Order.id))) == 1


def test_links_end_with_the_decision_of_another_with_the_rights_and_with_time(client, isolated, world, made):
    asked(world, made)
    with tray() as mails:
        drain(isolated)
    links = [re.search(r"/approvals/by-mail/\S+", m.get_body(("plain",)).get_content())[0] for m in mails]
    assert len(links) == 2
    assert client.get("/approvals/by-mail/nonsense").status_code == 404
    with world(), system_scope("test"), transaction() as session:
        session.execute(update(Membership).where(Membership.user_id == made.cleo.user_id).values(is_active=False))
    statuses = sorted(client.get(link).status_code for link in links)
    assert statuses == [200, 404]
    with world(), system_scope("test"), transaction() as session:
        session.execute(update(ApprovalLink).values(expires_at=clock.now()))
    assert {client.get(link).status_code for link in links} == {404}


def test_a_link_of_somebody_else_ends_when_a_colleague_decides(client, isolated, world, made):
    number = asked(world, made)
    link = mailed(isolated, world, address_of(world, made.ben))
    with world(), acting_as(made.cleo):
        approve(made.cleo, queries.approval_id(made.cleo, number))
    assert client.get(link).status_code == 404
    assert client.post(link, data={"decision": "reject", "reason": "No."}).status_code == 404


def test_people_are_told_by_mail_and_on_the_page(client, isolated, world, made):
    number = asked(world, made)
    with tray() as mails:
        drain(isolated)
    assert {mail["To"] for mail in mails} == {address_of(world, made.ben), address_of(world, made.cleo)}
    sign_in(client, made.ben)
    client.post(f"/approvals/{number}/delegate", data={"colleague_id": str(made.dan.user_id)})
    with tray() as mails:
        drain(isolated)
    assert [mail["To"] for mail in mails] == [address_of(world, made.dan)]
    sign_in(client, made.dan)
    client.post(f"/approvals/{number}/reject", data={"reason": "Not now."})
    with tray() as mails:
        drain(isolated)
    (mail,) = mails
    assert mail["To"] == address_of(world, made.ann)
    assert "Not now." in mail.get_body(("plain",)).get_content()
    assert number in mail["Subject"]


# --- counts


def fill_inbox(world, made, n: int) -> None:
    with world():
        for _ in range(n):
            other = buyer(made.company)
            submitted(other, [(made.nut, 20)])


def test_two_and_twenty_requests_cost_the_same(client, isolated, world, made):
    fill_inbox(world, made, 2)
    sign_in(client, made.ben)
    client.get("/approvals")
    with counted(isolated) as two:
        client.get("/approvals")
    fill_inbox(world, made, 17)
    with counted(isolated) as twenty:
        client.get("/approvals")
    assert len(twenty) == len(two)


def test_a_request_of_twenty_lines_costs_what_one_of_two_does(client, isolated, world, made):
    with world():
        articles = [article(f"A{n}", "100") for n in range(20)]
        small = number_later(submitted(made.ann, [(one, 1) for one in articles[:2]]))
        other = buyer(made.company)
        large = number_later(submitted(other, [(one, 1) for one in articles]))
    sign_in(client, made.ben)
    client.get(f"/approvals/{number_of(world, small)}")
    costs = []
    for approval_id in (small, large):
        with counted(isolated) as sent:
            client.get(f"/approvals/{number_of(world, approval_id)}")
        costs.append(len(sent))
    assert costs[0] == costs[1]


def number_later(found) -> int:
    assert found.approval_id is not None
    return found.approval_id


def test_gate_costs_the_same_for_two_and_forty_lines(isolated, world, made):
    costs = []
    with world():
        articles = [article(f"A{n}", "100") for n in range(40)]
        for count in (2, 40, 2, 40):
            other = buyer(made.company)
            cart_id, place = fill_cart(other, [(one, 1) for one in articles[:count]]), ship_to(other)
            with acting_as(other):
                check_prices(other, cart_id)
                with counted(isolated) as sent:
                    submitted_now(other, cart_id, place)
            costs.append(len(sent))
    assert costs[2] == costs[3]


def submitted_now(actor, cart_id, place) -> None:
    submit(actor, cart_id, Wishes(place), client_ref=ref())


# --- access

NOBODY, ANN, BEN, DAN, COLLEAGUE, STRANGER, SALES, ACCOUNTS = (
    "nobody", "buyer", "approver", "admin", "colleague", "stranger", "sales", "accountant",
)  # fmt: skip
PEOPLE = (NOBODY, ANN, BEN, DAN, COLLEAGUE, STRANGER, SALES, ACCOUNTS)
AWAY = 303
R = "/company/approval-rules"
S = "/accounts/{account}/approval-rules"
TABLE: list[tuple[str, str, dict[str, Any], tuple[int, ...]]] = [
    # method, address, data                            nobody ann  ben  dan colleague stranger sales accountant
    ("GET", "/approvals", {}, (AWAY, 200, 200, 200, 200, 200, 403, 403)),
    ("GET", "/approvals/{number}", {}, (AWAY, 200, 200, 200, 404, 404, 403, 403)),
    ("POST", "/approvals/decide", {"number": "{number}", "decision": "approve"},
     (AWAY, 303, 303, 303, 303, 303, 403, 403)),
    ("POST", "/approvals/{number}/approve", {}, (AWAY, 409, 303, 409, 404, 404, 403, 403)),
    ("POST", "/approvals/{number}/reject", {"reason": "No."}, (AWAY, 409, 303, 409, 404, 404, 403, 403)),
    ("POST", "/approvals/{number}/withdraw", {}, (AWAY, 303, 409, 303, 404, 404, 403, 403)),
    ("POST", "/approvals/{number}/remind", {}, (AWAY, 409, 409, 409, 404, 404, 403, 403)),
    ("POST", "/approvals/{number}/comment", {"comment": "x"}, (AWAY, 303, 303, 303, 404, 404, 403, 403)),
    ("POST", "/approvals/{number}/delegate", {"colleague_id": "{dan}"}, (AWAY, 409, 303, 409, 404, 404, 403, 403)),
    ("GET", "/approvals/{number}/lines/{line}", {}, (AWAY, 200, 200, 200, 404, 404, 403, 403)),
    ("POST", "/approvals/{number}/lines/{line}", {"quantity": "5", "reason": "x"},
     (AWAY, 403, 303, 403, 404, 404, 403, 403)),
    ("GET", "/approvals/absences", {}, (AWAY, 200, 200, 200, 200, 200, 403, 403)),
    ("POST", "/approvals/absences", {}, (AWAY, 422, 422, 422, 422, 422, 403, 403)),
    ("POST", "/approvals/absences/1/end", {}, (AWAY, 404, 404, 404, 404, 404, 403, 403)),
    ("GET", "/approvals/by-mail/nonsense", {}, (404,) * 8),
    ("POST", "/approvals/by-mail/nonsense", {}, (404,) * 8),
    ("GET", R, {}, (AWAY, 403, 403, 200, 403, 403, 403, 403)),
    ("GET", R + "/new", {}, (AWAY, 403, 403, 200, 403, 403, 403, 403)),
    ("POST", R + "/new", {}, (AWAY, 403, 403, 422, 403, 403, 403, 403)),
    ("GET", R + "/{rule}", {}, (AWAY, 403, 403, 200, 403, 403, 403, 403)),
    ("POST", R + "/{rule}", {}, (AWAY, 403, 403, 422, 403, 403, 403, 403)),
    ("POST", R + "/{rule}/delete", {}, (AWAY, 403, 403, 303, 403, 403, 403, 403)),
    ("GET", R + "/limits/{ann}", {}, (AWAY, 403, 403, 200, 403, 403, 403, 403)),
    ("POST", R + "/limits/{ann}", {"buy_up_to": "5"}, (AWAY, 403, 403, 303, 403, 403, 403, 403)),
    ("GET", R + "/times", {}, (AWAY, 403, 403, 200, 403, 403, 403, 403)),
    ("POST", R + "/times", {}, (AWAY, 403, 403, 422, 403, 403, 403, 403)),
    ("GET", S, {}, (AWAY, 403, 403, 403, 403, 403, 200, 403)),
    ("GET", S + "/new", {}, (AWAY, 403, 403, 403, 403, 403, 200, 403)),
    ("POST", S + "/new", {}, (AWAY, 403, 403, 403, 403, 403, 422, 403)),
    ("GET", S + "/{rule}", {}, (AWAY, 403, 403, 403, 403, 403, 200, 403)),
    ("POST", S + "/{rule}", {}, (AWAY, 403, 403, 403, 403, 403, 422, 403)),
    ("POST", S + "/{rule}/delete", {}, (AWAY, 403, 403, 403, 403, 403, 303, 403)),
    ("GET", S + "/limits/{ann}", {}, (AWAY, 403, 403, 403, 403, 403, 200, 403)),
    ("POST", S + "/limits/{ann}", {"buy_up_to": "5"}, (AWAY, 403, 403, 403, 403, 403, 303, 403)),
    ("GET", S + "/times", {}, (AWAY, 403, 403, 403, 403, 403, 200, 403)),
    ("POST", S + "/times", {}, (AWAY, 403, 403, 403, 403, 403, 422, 403)),
]  # fmt: skip


def state(world) -> list[Any]:
    with world(), system_scope("test"):
        return [
            db.session.execute(select(Approval.state, Approval.net_total, Approval.changes)).all(),
            db.session.execute(select(ApprovalSeat.holder_id, ApprovalSeat.approved_at)).all(),
            db.session.execute(select(ApprovalRule.name, ApprovalRule.is_enabled)).all(),
            db.session.scalars(select(func.count()).select_from(Order)).one(),
        ]


@pytest.mark.parametrize("who", PEOPLE)
def test_access(client, isolated, world, made, who):
    number = asked(world, made)
    with world():
        house = operator()
        people = {
            NOBODY: None, ANN: made.ann, BEN: made.ben, DAN: made.dan, COLLEAGUE: buyer(made.company),
            STRANGER: buyer(), SALES: actor_for(person(house, Role.SALES), house),
            ACCOUNTS: actor_for(person(house, Role.ACCOUNTANT), house),
        }  # fmt: skip
    values = {
        "number": number, "line": scalars(world, select(ApprovalLine.id))[0], "rule": made.rule_id,
        "ann": made.ann.user_id, "dan": made.dan.user_id, "account": made.company.code,
    }  # fmt: skip
    if people[who] is not None:
        sign_in(client, people[who])
    place = PEOPLE.index(who)
    for method, address, data, statuses in TABLE:
        before = state(world)
        filled = {key: text.format(**values) for key, text in data.items()}
        status = statuses[place]
        if status == 303 and method == "POST" and who != NOBODY:
            continue  # what is allowed is walked through above
        answer = client.flask.open(address.format(**values), method=method, data=filled)
        assert answer.status_code == status, (method, address, answer.text[:500])
        assert state(world) == before, (method, address)


def test_every_route_of_approvals_is_in_the_table(app):
    adapter = app.url_map.bind("localhost")
    found = set()
    for method, address, _, _ in TABLE:
        path = address.format(number="AP-1", line=1, rule=1, ann=1, dan=1, account="C1")
        endpoint, _values = adapter.match(path, method=method)
        found.add((endpoint, method))
    wanted = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if rule.rule.startswith("/approvals") or "/approval-rules" in rule.rule
    }
    assert wanted == found


def test_amounts_are_those_of_the_request(client, world, made):
    number = asked(world, made, 20)
    sign_in(client, made.ben)
    assert "200.00" in client.get(f"/approvals/{number}").text
    assert scalars(world, select(Approval.net_total)) == [Decimal(200)]
