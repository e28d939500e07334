"""Contracts after an award: signed by both, used, reminded of, ended; what they mean for buying and for the shop."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.accounts.domain.roles import Role
from app.catalog.models.suppliers import SupplierArticle
from app.core import audit
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.quantity import Factor
from app.core.tenancy import acting_as, system_scope
from app.pricing.domain.price import PriceItem
from app.pricing.models.costs import ArticleCost
from app.pricing.models.lists import PriceEntry, PriceList
from app.pricing.queries.prices import price_lines
from app.pricing.service.contracts import Draw, draw
from app.sourcing.domain.contract import Wanted
from app.sourcing.queries.contracts import ContractFilters, contract, contracts_page, waiting_for
from app.sourcing.service import awards, call_offs, contracts, supplier_sources
from app.sourcing.service.contracts import ContractTerms
from app.sourcing.service.timers import work_off
from tests.factories.accounts import actor_for, operator, person
from tests.factories.awards import awarded, contracted, judged, lot_state, sign
from tests.factories.catalog import article

pytestmark = pytest.mark.usefixtures("isolated")
D = Decimal
TODAY = datetime.now(UTC).date()
YEAR = ContractTerms(TODAY, TODAY + timedelta(days=365))


def draw_up(made, award_id, terms=YEAR):
    with acting_as(made.buyer):
        return contracts.draw_up_contract(made.buyer, award_id, terms)


def seen(actor, number):
    with acting_as(actor):
        return contract(actor, number)


def test_the_supplier_signs_first_and_the_buyer_puts_it_in_force(world):
    with world():
        made, award_id = awarded(lines=2)
        number = draw_up(made, award_id)
        assert lot_state(made) == "awarded"
        view = seen(made.buyer, number)
        with acting_as(made.buyer), pytest.raises(Conflict, match="not signed yet"):
            contracts.countersign(made.buyer, number, row_version=view.row_version)
        with acting_as(made.bidders[0]):
            assert waiting_for(made.bidders[0]) == 1
            contracts.answer_contract(made.bidders[0], number, view.hash, is_signed=True)
            assert waiting_for(made.bidders[0]) == 0
            with pytest.raises(Conflict):
                contracts.answer_contract(made.bidders[0], number, view.hash, is_signed=True)
        with acting_as(made.buyer):
            assert waiting_for(made.buyer) == 1
            contracts.countersign(made.buyer, number, row_version=view.row_version)
        view = seen(made.buyer, number)
        assert (view.state, lot_state(made), [one.side for one in view.signatures]) == (
            "active", "contracted", ["supplier", "buyer"]
        )  # fmt: skip
        assert [(one.position, one.unit_price, one.maximum, one.source.split(":")[0]) for one in view.prices] == [
            (1, D("2.50"), D(100), "award"), (2, D("2.50"), D(100), "award")
        ]  # fmt: skip


def test_nobody_signs_what_he_has_not_read(world):
    with world():
        made, award_id = awarded()
        number = draw_up(made, award_id)
        with acting_as(made.bidders[0]), pytest.raises(Conflict, match="has changed"):
            contracts.answer_contract(made.bidders[0], number, "0" * 64, is_signed=True)
        with acting_as(made.bidders[1]), pytest.raises(NotFound):
            contracts.answer_contract(made.bidders[1], number, "0" * 64, is_signed=True)
        with acting_as(made.buyer), pytest.raises(Forbidden):
            contracts.answer_contract(made.buyer, number, "0" * 64, is_signed=True)


def test_the_database_lets_a_supplier_sign_only_for_itself(world):
    with world():
        made, award_id = awarded()
        number = draw_up(made, award_id)
        view = seen(made.buyer, number)
        statement = text(
            "INSERT INTO contract_signatures (company_id, contract_id, supplier_id, side, document_hash)"
            " VALUES (:company, :id, :supplier, :side, 'x')"
        )
        values = {"company": view.company_id, "id": view.id, "supplier": view.supplier_id}
        with acting_as(made.bidders[0]), pytest.raises(Exception, match="row-level security"):
            db.session.execute(statement, values | {"side": "buyer"})
        with acting_as(made.bidders[0]), pytest.raises(Exception, match="permission denied"):
            db.session.execute(text("UPDATE supply_contracts SET supplier_name = 'x'"))
        with acting_as(made.bidders[0]):
            touched = db.session.execute(text("UPDATE supply_contracts SET state = 'active'"))
            assert touched.rowcount == 0
        assert seen(made.buyer, number).state == "pending"


def test_a_refused_contract_is_taken_back_and_drawn_up_anew(world):
    with world():
        made, award_id = awarded()
        number = draw_up(made, award_id)
        with pytest.raises(Conflict, match="contract for this award already"):
            draw_up(made, award_id)
        with acting_as(made.bidders[0]):
            with pytest.raises(Invalid):
                contracts.answer_contract(
                    made.bidders[0], number, contract(made.bidders[0], number).hash, is_signed=False
                )
            contracts.answer_contract(
                made.bidders[0], number, contract(made.bidders[0], number).hash, is_signed=False, reason="Too long"
            )
        with acting_as(made.buyer):
            with pytest.raises(Conflict):
                contracts.countersign(made.buyer, number, row_version=1)
            contracts.cancel_contract(made.buyer, number, reason="As asked")
        sign(made, draw_up(made, award_id))
        assert lot_state(made) == "contracted"


def test_a_lot_waits_for_all_its_contracts(world):
    with world():
        made = judged("2.50", "2.80", multi_sourcing=True)
        with acting_as(made.buyer):
            first, second = awards.propose_award(
                made.buyer, made.id, made.lots[0], made.parts((0, 0, "60"), (1, 0, "40"))
            )
        with acting_as(made.approver):
            awards.approve_award(made.approver, made.id, made.lots[0])
        sign(made, draw_up(made, first))
        assert lot_state(made) == "awarded"
        with acting_as(made.buyer), pytest.raises(Conflict, match="in force for this award"):
            awards.revoke_award(made.buyer, first, reason="Too late")
        sign(made, draw_up(made, second), bidder=1)
        assert lot_state(made) == "contracted"


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (ContractTerms(TODAY, TODAY), "valid_to"),
        (ContractTerms(date(2020, 1, 1), date(2020, 2, 1)), "valid_to"),
        (ContractTerms(TODAY, TODAY + timedelta(days=9), excess="maybe"), "excess"),
    ],
)
def test_terms_must_make_sense(world, terms, field):
    with world():
        made, award_id = awarded()
        with pytest.raises(Invalid) as problem:
            draw_up(made, award_id, terms)
        assert problem.value.field == field


def test_ending_a_contract_closes_its_prices_and_completes_the_tender(world):
    with world():
        made, number = contracted()
        with acting_as(made.buyer):
            with pytest.raises(Conflict, match="not used"):
                contracts.complete_contract(made.buyer, number)
            contracts.terminate_contract(made.buyer, number, reason="Late three times", row_version=2)
        view = seen(made.buyer, number)
        assert (view.state, lot_state(made), view.prices[0].closed_at is None) == ("terminated", "completed", False)
        with acting_as(made.buyer), pytest.raises(Conflict, match="not in force"):
            call_offs.send_call_off(made.buyer, number, [Wanted(view.prices[0].id, D(1))], client_ref="late")


def past(number: str, days: int) -> None:
    """Let the contract's end be so many days from now and its timers be due."""
    with system_scope("test"), transaction() as session:
        session.execute(
            text(
                "UPDATE supply_contracts SET valid_from = current_date - 400, valid_to = current_date + :d WHERE number = :n"
            ),
            {"d": days, "n": number},
        )
        session.execute(text("UPDATE timers SET due_at = clock_timestamp() - interval '1 second'"
                             " WHERE object_type = 'contract'"))  # fmt: skip
    db.session.expire_all()


def test_the_end_of_a_contract_is_told_before_and_comes_by_the_clock(world):
    with world():
        made, number = contracted()
        past(number, 30)
        with system_scope("test"):
            work_off(Actor.system())
        assert seen(made.buyer, number).state == "active"
        past(number, 0)
        with system_scope("test"):
            work_off(Actor.system())
            work_off(Actor.system())
        assert (seen(made.buyer, number).state, lot_state(made)) == ("expired", "completed")


def test_the_wholesalers_own_contract_sets_supplier_and_cost(world):
    with world():
        bolt = article("BOLT-1")
        made, _number = contracted(is_operator=True, articles=(bolt,))
        with system_scope("test"):
            (line,) = db.session.scalars(select(SupplierArticle).where(SupplierArticle.article_id == bolt)).all()
            assert (line.company_id, line.price, line.currency, line.state) == (
                made.bidders[0].company_id, D("2.50"), "EUR", "matched"
            )  # fmt: skip
            (cost,) = db.session.scalars(select(ArticleCost).where(ArticleCost.article_id == bolt)).all()
            assert (cost.cost, cost.valid_from) == (D("2.50"), TODAY)


def test_a_customers_contract_enters_the_shop_only_by_the_wholesalers_hand(world):
    with world():
        bolt = article("BOLT-2")
        made, number = contracted(articles=(bolt,))
        view = seen(made.buyer, number)
        with acting_as(made.buyer):
            call_offs.send_call_off(made.buyer, number, [Wanted(view.prices[0].id, D(30))], client_ref="first")
            with pytest.raises(Forbidden):
                supplier_sources.take_into_shop(made.buyer, number)
        house = operator()
        staff = actor_for(person(house, Role.PRICING), house)
        with acting_as(staff), pytest.raises(NotFound):
            supplier_sources.take_into_shop(staff, number)
        with acting_as(made.buyer):
            supplier_sources.show_to_wholesaler(made.buyer, number)
        with acting_as(staff):
            assert supplier_sources.take_into_shop(staff, number) == number
            with pytest.raises(Invalid):
                supplier_sources.take_into_shop(staff, number)
        with system_scope("test"):
            (entry,) = db.session.scalars(
                select(PriceEntry).join(PriceList, PriceList.id == PriceEntry.price_list_id)
                .where(PriceList.code == number)
            ).all()  # fmt: skip
            assert (entry.price, entry.agreed_quantity, entry.unit) == (D("2.50"), D(70), "H87")
        with acting_as(made.buyer), pytest.raises(Invalid):
            call_offs.send_call_off(made.buyer, number, [Wanted(view.prices[0].id, D(1))], client_ref="second")
        with acting_as(made.buyer):
            item = PriceItem(bolt, D(5), "H87", "H87", Factor(1))
            (line,) = price_lines(made.buyer, [item], company_id=made.buyer.company_id, on=TODAY)
            assert (line.unit_price, line.net) == (D("2.50"), D("12.50"))
            draw(made.buyer, made.buyer.company_id, [Draw(1, number, bolt, "H87", D(0), D(50))], on=TODAY)
            after = contract(made.buyer, number)
            assert (after.prices[0].used, after.prices[0].left, after.used) == (D(80), D(20), 80)
            with pytest.raises(Conflict, match="20"):
                draw(made.buyer, made.buyer.company_id, [Draw(2, number, bolt, "H87", D(0), D(21))], on=TODAY)


def test_each_side_lists_its_own_contracts(world):
    with world():
        made, number = contracted()
        other, _ = contracted()
        for actor in (made.buyer, made.bidders[0]):
            with acting_as(actor):
                rows = contracts_page(actor, ContractFilters(), after=None, before=None, limit=50)
                assert [row.number for row in rows] == [number]
        with acting_as(other.bidders[1]), pytest.raises(NotFound):
            contract(other.bidders[1], number)
        with acting_as(made.buyer):
            entries = audit.history(made.buyer, "supply_contract", seen(made.buyer, number).id)
        assert {"draw_up", "begin"} <= {entry.action for entry in entries}


def test_a_supplier_reads_no_row_of_another_by_raw_sql(world):
    with world():
        made, number = contracted()
        tables = (
            "awards",
            "award_lines",
            "award_letters",
            "supply_contracts",
            "contract_prices",
            "contract_signatures",
        )
        for bidder, sees in ((made.bidders[0], True), (made.bidders[1], False)):
            with acting_as(bidder):
                for table in tables:
                    rows = db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                    assert rows == (
                        1 if table == "award_letters" else int(sees) * (2 if table.endswith("atures") else 1)
                    )
        assert seen(made.buyer, number).state == "active"
