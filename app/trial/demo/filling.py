"""`kontor demo`: everything of the invented wholesaler, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select, update

from app.accounts.domain.registration import Registration
from app.accounts.domain.roles import CompanyKind, Role
from app.accounts.models.companies import Company
from app.accounts.queries.companies import operator_id
from app.accounts.service.addresses import AddressEntry, add_address
from app.accounts.service.companies import (
    Bank,
    create_account,
    edit_bank,
    edit_facts,
    edit_terms,
    set_block,
    set_credit_hold,
)
from app.accounts.service.installation import Firm, create_operator, create_user
from app.accounts.service.registration import register_company
from app.billing.events import InvoiceRendered
from app.billing.models.invoices import Invoice
from app.core.actor import Actor, Scope, Via
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.core.models import OutboxEntry
from app.core.permissions import of_role
from app.core.tenancy import acting_as, system_scope
from app.notifications.models import Notice
from app.notifications.notices import invoice_ready
from app.notifications.service.telling import note
from app.trial.demo.activity import add_activity, add_alert_rules
from app.trial.demo.approvals import add_approvals
from app.trial.demo.archive import add_archive
from app.trial.demo.assortments import add_assortments, add_groups
from app.trial.demo.auctions import RIVALS, add_auction
from app.trial.demo.budgets import add_cost_centres, fit_budgets
from app.trial.demo.carts import add_carts
from app.trial.demo.changes import add_changes
from app.trial.demo.conversations import add_conversations
from app.trial.demo.delivery import add_delivery
from app.trial.demo.described import add_descriptions
from app.trial.demo.evaluated import add_evaluation
from app.trial.demo.families import DemoArticle
from app.trial.demo.files import add_files
from app.trial.demo.invoicing import add_invoicing
from app.trial.demo.layouts import add_layouts
from app.trial.demo.left_carts import add_left_carts
from app.trial.demo.levels import add_levels
from app.trial.demo.lists import add_lists
from app.trial.demo.matched import add_matched
from app.trial.demo.media import add_media
from app.trial.demo.offers import add_offers
from app.trial.demo.one_c import add_one_c
from app.trial.demo.own_fields import add_own_fields
from app.trial.demo.partners import add_partners
from app.trial.demo.payments import add_payments
from app.trial.demo.people import ACCOUNTS, OPERATOR_FACTS, PASSWORD, STAFF, Account
from app.trial.demo.plans import add_plans
from app.trial.demo.prices import assign_chains, fill_prices
from app.trial.demo.promotions import add_promotions, add_tax_facts
from app.trial.demo.punch_out import add_punch_out
from app.trial.demo.quotes import add_quotes
from app.trial.demo.quotes_after import add_quotes_after
from app.trial.demo.range import fill_range
from app.trial.demo.receivables import add_receivables
from app.trial.demo.recommended import add_recommended
from app.trial.demo.reorders import add_reorders
from app.trial.demo.reports import add_reports
from app.trial.demo.returns import add_returns
from app.trial.demo.sales_desk import add_sales_desk
from app.trial.demo.search import add_search
from app.trial.demo.shipments import add_shipments
from app.trial.demo.standing import add_standing
from app.trial.demo.stock_work import add_stock_work
from app.trial.demo.subscribed import add_subscription
from app.trial.demo.suppliers import add_suppliers_articles
from app.trial.demo.supply import add_supply
from app.trial.demo.tenders import FIRMS, add_tenders
from app.trial.demo.tenders_awarded import add_awarded
from app.trial.demo.trade import fill_trade
from app.trial.demo.visits import add_visit
from app.trial.demo.warehouse import add_warehouse

LOGINS = ("jonas@hansewerft.example", "lena@hansewerft.example",
          "henrik@hansewerft.example", "buch@hansewerft.example", "petra@nordkontor.example",
          "sven@nordkontor.example", "paul@nordkontor.example",
          "anna@nordkontor.example", "oksana@budivelnyk.example", "timur@stroymontazh.example",
          "ingrid@nordkontor.example", "elena@rossi.example", "mads@kattegat-pack.example")  # fmt: skip


def fill(actor: Actor) -> str:
    """Fill an empty database; a filled one is left as it is. Returns the logins to print."""
    known = operator_id()
    if known is None:
        _fill(actor)
    elif _operator_code() != OPERATOR_FACTS.code:
        raise Conflict("This database is in use by a real company; the demo needs an empty one.")
    return logins()


def logins() -> str:
    """Who can sign in, and what he is there for."""
    people = {person.email: (person.name, person.role.value, "Nordkontor") for person in STAFF}
    for account in ACCOUNTS:
        people |= {person.email: (person.name, person.role.value, account.facts.name) for person in account.people}
    people |= {rival.email: (rival.name, Role.SUPPLIER.value, rival.company) for rival in RIVALS}
    people |= {firm.email: (firm.person, Role.SUPPLIER.value, firm.name) for firm in FIRMS}
    lines = [f"  {email:<28} {name} ({role}, {firm})" for email in LOGINS for name, role, firm in (people[email],)]
    return f"Sign in with the password {PASSWORD} as\n" + "\n".join(lines)


def _operator_code() -> str:
    return db.session.scalars(select(Company.code).where(Company.kind == CompanyKind.OPERATOR)).one()


def _found(actor: Actor) -> tuple[Actor, dict[Role, int]]:
    """The operator with its bank, address and staff: who acts for it, and the ids of its people by role."""
    firm = Firm(
        code=OPERATOR_FACTS.code,
        legal_name=OPERATOR_FACTS.legal_name,
        name=OPERATOR_FACTS.name, country="DE", currency="EUR", email="office@nordkontor.example",
        vat_id=OPERATOR_FACTS.vat_id, time_zone="Europe/Berlin",
    )  # fmt: skip
    admin, *others = STAFF
    house_id = create_operator(actor, firm, email=admin.email, name=admin.name, password=PASSWORD)
    house = Actor(None, house_id, Scope.OPERATOR, frozenset({"*"}), via=Via.CLI, name="demo")
    with acting_as(house):
        edit_facts(house, house_id, OPERATOR_FACTS)
        edit_bank(house, Bank("Hansebank Hamburg", "DE89370400440532013000", "COBADEFFXXX"))
        add_address(
            house,
            AddressEntry(
                label="Kontor", name=OPERATOR_FACTS.legal_name, street="Am Sandtorkai 30", postcode="20457",
                city="Hamburg", country="DE", is_bill_to=True, is_default_bill_to=True, is_default_ship_to=True,
            ),
            company_id=house_id,
        )  # fmt: skip
        staff = {
            person.role: create_user(
                house, person.email, company_id=house_id, role=person.role, name=person.name, password=PASSWORD
            )
            for person in others
        }
    return house, staff


def _fill(actor: Actor) -> None:
    house, staff = _found(actor)
    with acting_as(house):
        items = fill_range(house)
        fill_prices(house, items)
        add_descriptions(house, items)
        add_media(house, items)
        accounts = [(account, _account(house, account, staff[Role.SALES])) for account in ACCOUNTS]
        add_groups(house)
        assign_chains(house, [(company_id, account.lists) for account, (company_id, _) in accounts])
        add_levels(house, items)
        add_promotions(house)
        add_tax_facts(house)
        add_supply(house, items)
        add_layouts(house)
    buyers = [(buyer, account.orders, account.facts.code) for account, (_, buyer) in accounts]
    yard = accounts[0][1][1]
    fill_trade(house, [buyer for buyer in buyers if buyer[1]], items, {yard.company_id: add_cost_centres(yard)})
    fit_budgets(yard)
    add_changes(house, buyers[0][0], buyers[0][2], items)
    add_carts(buyers[0][0], items)
    add_files(buyers[0][0], items)
    add_search(house, [buyer for buyer, _orders, _code in buyers])
    add_reorders(house, [code for _buyer, _orders, code in buyers[:2]], items)
    with acting_as(house):
        for account, (company_id, _buyer) in accounts:
            _stop(house, company_id, account)
        add_assortments(house)
        add_plans(house)
        add_suppliers_articles(house, items)
        add_one_c(house, items)
    add_shipments(house, yard, items)
    add_returns(house, yard)
    add_invoicing(house, yard, accounts[1][1][1], accounts[2][1][1], items)
    _told_long_ago()
    _add_desk(house, yard, items)
    _add_tenders(house, yard, items)
    _add_exchange(house, yard, items)
    add_payments(house)
    add_receivables(house)
    add_archive(house, buyers[1][2])
    add_warehouse(house, replace(house, user_id=staff[Role.WAREHOUSE], name="Wiebke Hansen"))
    add_stock_work(replace(house, user_id=staff[Role.WAREHOUSE], name="Wiebke Hansen"), items)
    add_left_carts(house, staff[Role.SALES])
    add_own_fields(house, yard, staff[Role.SALES], "max@haustechnik.example")
    add_sales_desk(house, staff)
    add_conversations(house, yard, staff)
    add_activity(house)
    add_alert_rules(house)
    add_reports(house, staff)
    add_offers(house)
    add_recommended(house)
    _applicant()


def _stop(house: Actor, company_id: int, account: Account) -> None:
    if account.hold:
        set_credit_hold(house, company_id, is_on_hold=True, reason=account.hold)
    if account.block:
        set_block(house, company_id, is_blocked=True, reason=account.block)


def _add_desk(house: Actor, yard: Actor, items: Sequence[DemoArticle]) -> None:
    """What the people of the shipyard work on just now."""
    add_visit(house, yard, items)
    add_lists(house, yard.company_id, items)
    add_standing(house, yard, items)
    add_approvals(yard, items)
    add_delivery(house, yard, items)
    add_subscription(yard)
    add_quotes(house, yard, items)
    add_quotes_after(house, yard, items)


def _add_tenders(house: Actor, yard: Actor, items: Sequence[DemoArticle]) -> None:
    add_auction(house, PASSWORD)
    add_tenders(house, yard, PASSWORD)
    add_awarded(house, items)
    add_evaluation(house)


def _add_exchange(house: Actor, yard: Actor, items: Sequence[DemoArticle]) -> None:
    add_partners(house, items)
    add_matched(house)
    add_punch_out(house, yard)


def _told_long_ago() -> None:
    """The notices of what happened until here count as given and read: nobody is told today of weeks ago."""
    system = Actor.system()
    with system_scope("notices of the demo's history"), transaction() as session:
        session.execute(
            update(OutboxEntry)
            .where(OutboxEntry.done_at.is_(None), OutboxEntry.handler.startswith("app.notifications."))
            .values(done_at=func.now())
        )
        for invoice_id in session.scalars(select(Invoice.id)).all():  # their papers are made later, by the workers
            for telling in invoice_ready.tellings(system, InvoiceRendered(invoice_id)):
                if telling.way == "page":
                    note(system, "invoice_ready", telling)
        session.execute(update(Notice).where(Notice.way == "page").values(read_at=func.now()))


def _account(house: Actor, account: Account, manager_id: int) -> tuple[int, Actor]:
    """The account with its people; returns its id and its first person as an actor."""
    company_id = create_account(
        house, account.facts, kind=CompanyKind.CUSTOMER, currency=account.terms.currency, email=account.email
    )
    edit_terms(house, company_id, replace(account.terms, manager_id=manager_id))
    for entry in account.addresses:
        add_address(house, entry, company_id=company_id)
    user_ids = [
        create_user(house, person.email, company_id=company_id, role=person.role, name=person.name, password=PASSWORD)
        for person in account.people
    ]
    first = account.people[0]
    buyer = Actor(
        user_ids[0], company_id, Scope.TENANT, of_role(first.role), locale=first.locale,
        time_zone=account.terms.time_zone, via=Via.WEB, name=first.name,
    )  # fmt: skip
    return company_id, buyer


def _applicant() -> None:
    """A company whose registration waits for the operator."""
    register_company(
        Registration(
            legal_name="Nordlicht Solar GmbH", country="DE", contact_name="Ida Holm", email="ida@nordlicht.example",
            phone="+49 431 555 0199", street="Solarweg 2", postcode="24103", city="Kiel", vat_id="DE843244519",
            extra={"expected_turnover": "60,000 EUR a year", "trade": "Solar installations"},
        ),
        client_ref="demo-applicant",
        ip="127.0.0.1",
    )  # fmt: skip
