"""A company's tender in Chromium from the opened bids to goods ordered at awarded prices; the same with an auction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import system_scope
from app.sourcing.service.timers import work_off
from tests.factories.auctions import shifted
from tests.factories.awards import end_standstill
from tests.factories.evaluation import opened
from tests.factories.tenders import Made
from tests.support.browser import look, signed_in

pytestmark = pytest.mark.browser
Check = Callable[[Any], None]
Row = tuple[str, ...]
# Unit prices of five suppliers: two lines of lot 1, two lines of lot 2; ten pieces of each are asked for.
PRICES = (
    ("8.4375", "2.05", "31.00", "12.00"),
    ("8.00", "2.00", "30.50", "11.80"),
    ("9.10", "2.30", "29.90", "11.495"),
    ("8.90", "2.20", "33.00", "12.40"),
    ("9.90", "2.90", "30.00", "11.50"),
)


@dataclass
class Scene:
    """A tender in evaluation and a window for everybody who acts."""

    made: Made
    open_window: Callable[[Actor], Any]

    @property
    def names(self) -> list[str]:
        return [company.name for company, _actor in self.made.suppliers]

    def supplier(self, place: int) -> Any:
        return self.open_window(self.made.suppliers[place][1])


@pytest.fixture
def scene(browser, base, world) -> Callable[..., Scene]:
    def make(**facts: Any) -> Scene:
        with world():
            made = opened(PRICES, lots=2, multi_sourcing=True, award_mode="lot", min_bids=2, **facts)
            people = [made.buyer, made.approver, *(actor for _company, actor in made.suppliers)]
            with system_scope("test"):
                emails = dict(
                    db.session.execute(
                        select(User.id, User.email).where(User.id.in_([one.user_id for one in people]))
                    ).all()
                )
        return Scene(made, lambda actor: signed_in(browser, base, emails[actor.user_id]))

    return make


def test_two_lots_are_awarded_contracted_and_called_off(scene, world):
    it = scene(standstill_days=5)
    number, names = it.made.number, it.names
    ann = it.open_window(it.made.buyer)
    compared(ann, number, cheapest={1: names[1], 2: names[2]})
    proposed(ann, number, 1)
    assert cells(ann, "#lot-1") == [("Thing 1.1", "10", "8.00"), ("Thing 1.2", "10", "2.00")]
    proposed(ann, number, 2, shares={names[2]: "60", names[4]: "40"})
    assert cells(ann, "#lot-2") == [
        ("Thing 2.1", "6", "29.90"), ("Thing 2.2", "6", "11.495"),
        ("Thing 2.1", "4", "30.00"), ("Thing 2.2", "4", "11.50"),
    ]  # fmt: skip
    assert ann.get_by_role("button", name="Release the award").count() == 0
    ann.goto(f"/tenders/{number}/award")  # from its top: what the bar half covers counts as too small a target
    look(ann)
    released(it, 1, 2)
    ann.reload()
    assert ann.get_by_role("link", name="Draw up the contract").count() == 0, "the standstill is not over"
    with world():
        for lot in (0, 1):
            end_standstill(it.made, lot)
        with system_scope("test"):
            work_off(Actor.system())
    ann.reload()
    assert ann.get_by_role("link", name="Draw up the contract").count() == 3

    winner = it.supplier(1)
    first = contracted(ann, number, names[1], winner)
    left = called_off(ann, first, {"Thing 1.1": "4", "Thing 1.2": "10"}, winner)
    assert left == [("Thing 1.1", "8.00", "10", "4", "6"), ("Thing 1.2", "2.00", "10", "10", "0")]
    second = contracted(ann, number, names[2], it.supplier(2), check=unseen)
    filled(ann, second, {"Thing 2.2": "7"})
    ann.wait_for_selector("text=only 6")
    ann.complaints.clear()  # the console names the status of an answer with problems
    look(ann)
    left = called_off(ann, second, {"Thing 2.2": "5"})
    assert left == [("Thing 2.1", "29.90", "6", "0", "6"), ("Thing 2.2", "11.495", "6", "5", "1")]
    third = contracted(ann, number, names[4], it.supplier(4), check=unseen)
    left = called_off(ann, third, {"Thing 2.1": "1"})
    assert left == [("Thing 2.1", "30.00", "4", "1", "3"), ("Thing 2.2", "11.50", "4", "0", "4")]


def test_an_auction_sets_the_prices_of_the_award(scene, config):
    it = scene(procedure="reverse-auction", standstill_days=0)
    number, names = it.made.number, it.names
    ann = it.open_window(it.made.buyer)
    auction_id = planned(ann, number)
    shifted(config, auction_id, timedelta(minutes=15, seconds=1))
    one, two = it.supplier(0), it.supplier(1)
    for page in (one, two):
        page.goto("/supplier/auctions")
        page.get_by_role("link", name=number).click()
        page.wait_for_selector("[data-rank]")
        look(page)
    bid(two, "95", rank="1")
    bid(one, "94.3875", problem=True)
    bid(one, "94.40", rank="1")
    two.wait_for_selector("[data-rank]:text-is('2')")
    bid(two, "90", rank="1")
    one.wait_for_selector("[data-rank]:text-is('2')")
    shifted(config, auction_id, timedelta(hours=1))
    ann.reload()
    ann.wait_for_selector("text=Protocol (PDF)")
    assert names[1] in ann.locator("tr.au-leads").inner_text()
    look(ann)

    proposed(ann, number, 1, best=("7.20", "1.80"))
    # The auction took ten of a hundred off the bid, and so off each of its prices.
    assert cells(ann, "#lot-1") == [("Thing 1.1", "10", "7.20"), ("Thing 1.2", "10", "1.80")]
    released(it, 1)
    ann.reload()
    contract = contracted(ann, number, names[1], two, check=unseen)
    left = called_off(ann, contract, {"Thing 1.1": "3"})
    assert left == [("Thing 1.1", "7.20", "10", "3", "7"), ("Thing 1.2", "1.80", "10", "0", "10")]


def unseen(_page: Any) -> None:
    """In the place of `look` on a page that was looked at before."""


def compared(page: Any, number: str, *, cheapest: dict[int, str]) -> None:
    """From the tender to its evaluation and to the table of offers of each lot."""
    page.goto(f"/tenders/{number}")
    page.get_by_role("link", name="Evaluation", exact=True).first.click()
    page.get_by_role("link", name="Compare offers").first.click()
    for lot, name in cheapest.items():
        page.get_by_role("link", name=f"Lot {lot}", exact=True).click()
        page.wait_for_selector(f"table.e-matrix caption:has-text('Lot {lot}:')", state="attached")
        best = page.locator("table.e-matrix th.e-bid", has=page.locator(".e-rank:text-is('1.')"))
        assert name in best.inner_text()
    look(page)


def proposed(
    page: Any, number: str, lot: int, *, shares: dict[str, str] | None = None, best: tuple[str, ...] = ()
) -> None:
    """Everything to the first of the ranking, unless split by percent; `best`: its prices as the page shows them."""
    page.goto(f"/tenders/{number}/award")
    page.locator(f"#lot-{lot}").get_by_role("link", name="Propose an award").click()
    page.wait_for_selector("h1:has-text('Propose an award')")
    for name, share in (shares or {}).items():
        page.get_by_label(f"{name}, %").fill(share)
    if shares:
        page.get_by_role("button", name="Fill in the quantities").click()
        page.wait_for_url("**share_**")
    for row, price in enumerate(best):
        assert price in page.locator("table tbody").nth(row).locator("tr").first.inner_text()
    look(page)
    page.get_by_role("button", name="Propose this award").click()
    page.wait_for_selector("text=The award is proposed")


def released(it: Scene, *lots: int) -> None:
    """The other person looks at what is proposed and approves it."""
    page = it.open_window(it.made.approver)
    page.goto(f"/tenders/{it.made.number}/award")
    look(page)
    for lot in lots:
        page.locator(f"#lot-{lot}").get_by_role("button", name="Release the award").click()
        page.wait_for_selector("text=Every bidder has a letter")
    assert page.get_by_role("button", name="Release the award").count() == 0
    page.context.close()


def contracted(page: Any, number: str, name: str, supplier: Any, check: Check = look) -> str:
    """Drawn up, signed in the supplier's own window, countersigned; returns the contract's number."""
    page.goto(f"/tenders/{number}/award")
    page.locator(f"//h3[contains(., '{name}')]/following::a[contains(., 'Draw up the contract')]").first.click()
    page.wait_for_selector("h1:has-text('Draw up the contract')")
    assert name in page.locator("main").inner_text()
    check(page)
    page.get_by_role("button", name="Send it to the supplier").click()
    page.wait_for_selector("text=waits for the supplier")
    assert page.get_by_role("button", name="Countersign").count() == 0
    contract: str = page.locator("h1").inner_text().split()[0]
    supplier.goto("/contracts")
    supplier.get_by_role("link", name=contract).click()
    supplier.wait_for_selector("text=Your answer")
    check(supplier)
    supplier.get_by_role("button", name="Sign the contract").click()
    supplier.wait_for_selector("text=Signed. The buyer countersigns.")
    page.reload()
    page.get_by_role("button", name="Countersign").click()
    page.wait_for_selector("text=The contract is in force")
    return contract


def filled(page: Any, contract: str, quantities: dict[str, str]) -> None:
    """A call-off as far as its last button, and pressed."""
    page.goto(f"/contracts/{contract}")
    page.get_by_role("link", name="Call off", exact=True).click()
    page.wait_for_selector("h1:has-text('Call off')")
    for text, quantity in quantities.items():
        page.get_by_label(f"Quantity of {text}").fill(quantity)
    page.get_by_role("button", name="Send the call-off").click()


def called_off(page: Any, contract: str, quantities: dict[str, str], supplier: Any = None) -> list[Row]:
    """Order at the contract's prices; returns its rows afterwards: text, price, at most, called off, left.

    With the supplier's window the supplier confirms, at the prices that the buyer sees.
    """
    filled(page, contract, quantities)
    page.wait_for_selector("text=is sent to the supplier")
    lines = [row[1:4] for row in rows(page, "Lines")]
    if supplier:
        look(page)
        supplier.goto(urlsplit(page.url).path)
        assert [row[1:4] for row in rows(supplier, "Lines")] == lines
        supplier.get_by_label("Day of delivery").fill("2099-01-31")
        supplier.get_by_role("button", name="Send the answer").click()
        supplier.wait_for_selector("text=The buyer has your answer")
    page.get_by_role("link", name="To the contract").click()
    page.wait_for_selector(f"h1:has-text('{contract}')")
    found = [row[1:] for row in rows(page, "Prices")]
    prices = {row[0]: row[1] for row in found}
    assert lines == [(text, quantity, prices[text]) for text, quantity in quantities.items()]
    if supplier:
        look(page)
    return found


def rows(page: Any, caption: str, within: str = "main") -> list[Row]:
    """The cells of tables with this caption, without units and currencies."""
    found = page.locator(f"{within} table", has=page.locator(f"caption:text-is('{caption}')")).locator("tbody tr")
    return [
        tuple(cell.strip().split("\N{NO-BREAK SPACE}")[0] for cell in row.locator("td").all_text_contents())
        for row in found.all()
    ]


def cells(page: Any, within: str) -> list[Row]:
    """What is awarded: text, quantity and price of each line."""
    return [row[1:4] for row in rows(page, "Lines of the award", within)]


def planned(page: Any, number: str) -> int:
    """The auction of lot 1, as the form suggests it; returns its id."""
    page.goto(f"/tenders/{number}/auctions")
    page.get_by_role("link", name="Plan the auction").first.click()
    page.wait_for_selector("h1:has-text('Plan the auction')")
    page.get_by_label("Smallest step").fill("1")
    look(page)
    page.get_by_role("button", name="Call the bidders").click()
    page.wait_for_selector("text=The auction is planned")
    return int(page.url.rsplit("/", 1)[-1])


def bid(page: Any, price: str, *, rank: str = "", problem: bool = False) -> None:
    page.fill("#price", price)
    page.get_by_role("button", name="Bid this price").click()
    page.wait_for_selector(".au-said[role=alert]" if problem else f".au-said:has-text('{price}')")
    page.complaints.clear()  # the console names the status of an answer with problems
    if rank:
        page.wait_for_selector(f"[data-rank]:text-is('{rank}')")
