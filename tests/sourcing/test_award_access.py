"""Who may open and do what with awards, contracts, call-offs and suppliers."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.contract import Wanted
from app.sourcing.models.awards import Award, AwardLetter, Objection
from app.sourcing.models.contracts import CallOff, ContractSignature
from app.sourcing.models.scorecards import Scorecard, SupplierDecision
from app.sourcing.queries.contracts import contract
from app.sourcing.service import call_offs
from tests.factories.accounts import actor_for, operator, person
from tests.factories.awards import contracted
from tests.factories.ordering import sign_in

WHO = ("nobody", "runs", "decides", "stranger", "won", "lost", "pricing", "sales")
OUT = 303
N4, N3 = 404, 403

# The contract is in force and a call-off sent. 409 and 422: somebody with the right, at the wrong time or without words.
TABLE: list[tuple[str, str, tuple[int, ...]]] = [
    # method, address                                     nobody runs decides stranger won  lost pricing sales
    ("GET", "/tenders/{tender}/award", (OUT, 200, 200, N4, N3, N3, N3, N3)),
    ("GET", "/tenders/{tender}/award/1", (OUT, 409, 409, N4, N3, N3, N3, N3)),
    ("POST", "/tenders/{tender}/award/1", (OUT, 409, 409, N4, N3, N3, N3, N3)),
    ("POST", "/tenders/{tender}/award/1/decide", (OUT, N3, 422, N3, N3, N3, N3, N3)),
    ("POST", "/tenders/{tender}/award/revoke/{award}", (OUT, 422, 422, N4, N3, N3, N3, N3)),
    ("POST", "/tenders/{tender}/award/objections/1", (OUT, 422, 422, N4, N3, N3, N4, N4)),
    ("GET", "/tenders/{tender}/award.pdf", (OUT, 200, 200, N4, N3, N3, N3, N3)),
    ("GET", "/award-letters/{letter}.pdf", (OUT, 200, 200, N4, 200, N4, N3, N3)),
    ("GET", "/supplier/awards", (OUT, N3, N3, N3, 200, 200, N3, N3)),
    ("POST", "/supplier/awards/{award}/refuse", (OUT, N3, N3, N3, 422, 422, N3, N3)),
    ("POST", "/supplier/letters/{letter}/object", (OUT, N3, N3, N3, 422, N4, N3, N3)),
    ("POST", "/supplier/objections/1/withdraw", (OUT, N3, N3, N3, N4, N4, N3, N3)),
    ("GET", "/contracts", (OUT, 200, 200, 200, 200, 200, 200, N3)),
    ("GET", "/contracts/new/{award}", (OUT, 200, 200, N4, N3, N3, N3, N3)),
    ("POST", "/contracts/new/{award}", (OUT, 422, 422, N4, N3, N3, N3, N3)),
    ("GET", "/contracts/{contract}", (OUT, 200, 200, N4, 200, N4, N4, N3)),
    ("GET", "/contracts/{contract}.pdf", (OUT, 200, 200, N4, 200, N4, N4, N3)),
    ("POST", "/contracts/{contract}/answer", (OUT, N3, N3, N3, 409, N4, N3, N3)),
    ("POST", "/contracts/{contract}/countersign", (OUT, 409, 409, N4, N3, N3, N3, N3)),
    ("POST", "/contracts/{contract}/end", (OUT, 409, 409, N4, N3, N3, N3, N3)),
    ("POST", "/contracts/{contract}/take-into-shop", (OUT, N3, N3, N3, N3, N3, N4, N3)),
    ("GET", "/contracts/{contract}/call-off", (OUT, 200, 200, N4, N3, N3, N3, N3)),
    ("POST", "/contracts/{contract}/call-off", (OUT, 422, 422, N4, N3, N3, N3, N3)),
    ("GET", "/call-offs", (OUT, 200, 200, 200, 200, 200, N3, N3)),
    ("GET", "/call-offs/{call_off}", (OUT, 200, 200, N4, 200, N4, N3, N3)),
    ("GET", "/call-offs/{call_off}.pdf", (OUT, 200, 200, N4, 200, N4, N3, N3)),
    ("POST", "/call-offs/{call_off}/answer", (OUT, N3, N3, N3, 422, N4, N3, N3)),
    ("POST", "/call-offs/{call_off}/receive", (OUT, 422, 422, N4, N3, N3, N3, N3)),
    ("POST", "/call-offs/{call_off}/end", (OUT, 422, 422, N4, N3, N3, N3, N3)),
    ("GET", "/suppliers", (OUT, 200, 200, 200, N3, N3, N3, N3)),
    ("GET", "/suppliers/{supplier}", (OUT, 200, 200, N4, N3, N3, N3, N3)),
    ("POST", "/suppliers/{supplier}", (OUT, 303, 303, N4, N3, N3, N3, N3)),
    ("GET", "/suppliers/scorecard", (OUT, 200, 200, 200, N3, N3, N3, N3)),
    ("POST", "/suppliers/scorecard", (OUT, 422, 422, 422, N3, N3, N3, N3)),
    ("POST", "/contracts/{contract}/show-to-wholesaler", (OUT, 303, 303, N4, N3, N3, N3, N3)),
]
MODULES = {"awards", "contracts", "call_offs", "suppliers"}
COUNTED = (Award, AwardLetter, Objection, ContractSignature, CallOff, SupplierDecision, Scorecard)


@pytest.fixture
def scene(client, world):
    with world():
        made, number = contracted("2.50", "2.80")
        other, _number = contracted("3.00")
        with acting_as(made.buyer):
            price = contract(made.buyer, number).prices[0].id
            sent = call_offs.send_call_off(made.buyer, number, [Wanted(price, 1)], client_ref="scene").number
        house = operator()
        people = dict(zip(WHO, (
            None, made.buyer, made.approver, other.buyer, made.bidders[0], made.bidders[1],
            actor_for(person(house, Role.PRICING), house), actor_for(person(house, Role.SALES), house),
        ), strict=True))  # fmt: skip
        with system_scope("test"):
            award = db.session.scalars(select(Award.id).where(Award.tender_id == made.id)).one()
            letter = db.session.scalars(select(AwardLetter.id).where(AwardLetter.award_id == award)).one()
    names = {"tender": made.number, "award": award, "letter": letter, "contract": number, "call_off": sent,
             "supplier": made.bidders[0].company_id}  # fmt: skip
    return people, names


def figures(world):
    with world(), system_scope("test"):
        return [db.session.scalar(select(func.count()).select_from(model)) for model in COUNTED]


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says(client, world, scene, who):
    people, names = scene
    if people[who] is not None:
        sign_in(client, people[who])
    before, wrong = figures(world), []
    for method, address, statuses in TABLE:
        wanted = statuses[WHO.index(who)]
        answer = client.flask.open(address.format(**names), method=method, data={})
        if answer.status_code != wanted:
            wrong.append((method, address, answer.status_code, wanted))
    assert wrong == []
    assert figures(world) == before


def test_every_page_of_these_modules_is_in_the_table(app):
    adapter = app.url_map.bind("localhost")
    names = {"tender": "T-1", "award": 1, "letter": 1, "contract": "SC-1", "call_off": "CO-1", "supplier": 1}
    tested = {
        (adapter.match(address.format(**names), method=method)[0], method) for method, address, _statuses in TABLE
    }
    wanted = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST"}
        if app.view_functions[rule.endpoint].__module__.removeprefix("app.sourcing.views.") in MODULES
    }
    assert wanted <= tested
