"""Tables of returns, claims and disputes: what they do not list is refused; and the sums around them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.billing.domain.dispute import DISPUTE, DISPUTE_TONES, gross_of_part
from app.core.errors import Conflict, Forbidden, Invalid
from app.fulfilment.domain.case_table import SIDES, CaseTable, step
from app.fulfilment.domain.claimed import CLAIM, CLAIM_TONES, Granted, demand_complained, verdict
from app.fulfilment.domain.returned import (
    RETURN,
    RETURN_TONES,
    Found,
    demand_asked,
    demand_found,
    demand_percent,
    demand_received,
    open_quantity,
)

D = Decimal

# What the tables allow, written a second time by hand: (event, from, to) and who.
ALLOWED = {
    RETURN.name: {
        ("ask", None, "requested"): "customer sales",
        ("authorise", "requested", "authorised"): "sales",
        ("refuse", "requested", "refused"): "sales",
        ("withdraw", "requested", "withdrawn"): "customer",
        ("withdraw", "authorised", "withdrawn"): "customer",
        ("lapse", "authorised", "lapsed"): "sales",
        ("receive", "authorised", "received"): "warehouse",
        ("inspect", "received", "inspected"): "warehouse",
        ("settle", "inspected", "accepted"): "sales",
        ("settle", "inspected", "rejected"): "sales",
    },
    CLAIM.name: {
        ("open", None, "opened"): "customer sales",
        ("ask", "opened", "asked"): "sales",
        ("answer", "asked", "opened"): "customer",
        ("withdraw", "opened", "withdrawn"): "customer",
        ("withdraw", "asked", "withdrawn"): "customer",
        ("grant", "opened", "granted"): "sales",
        ("grant", "opened", "partly_granted"): "sales",
        ("grant", "asked", "granted"): "sales",
        ("grant", "asked", "partly_granted"): "sales",
        ("refuse", "opened", "refused"): "sales",
        ("refuse", "asked", "refused"): "sales",
    },
    DISPUTE.name: {
        ("open", None, "open"): "customer",
        ("withdraw", "open", "withdrawn"): "customer",
        ("accept", "open", "accepted"): "accounting",
        ("refuse", "open", "refused"): "accounting",
    },
}


@pytest.mark.parametrize("table", [RETURN, CLAIM, DISPUTE], ids=lambda table: table.name)
def test_every_step_that_is_not_listed_is_refused(table):
    allowed = ALLOWED[table.name]
    tried = 0
    for event in table.events:
        for state in (None, *table.states):
            for to in table.states:
                for side in SIDES:
                    tried += 1
                    sides = allowed.get((event, state, to))
                    if sides is None:
                        with pytest.raises(Conflict):
                            table.target(state, event, {side}, to)
                    elif side not in sides.split():
                        with pytest.raises(Forbidden):
                            table.target(state, event, {side}, to)
                    else:
                        assert table.target(state, event, {side}, to) == to
    assert tried == len(table.events) * (len(table.states) + 1) * len(table.states) * len(SIDES)
    for end in table.ends:
        assert not table.possible(end, SIDES)
    for state in table.open_states:
        assert table.possible(state, SIDES)


def test_a_step_with_two_targets_needs_one_named():
    with pytest.raises(ValueError, match="name one"):
        RETURN.target("inspected", "settle", {"sales"})
    with pytest.raises(ValueError, match="unknown states"):
        CaseTable("odd", {}, frozenset(), (step("open", "", "nowhere", "customer"),))
    with pytest.raises(ValueError, match="unknown sides"):
        CaseTable("odd", {"open": "Open"}, frozenset(), (step("open", "", "open", "nobody"),))
    for table, tones in ((RETURN, RETURN_TONES), (CLAIM, CLAIM_TONES), (DISPUTE, DISPUTE_TONES)):
        assert set(tones) == set(table.states)


def test_what_a_return_line_takes_of_what_can_come_back():
    rows = [
        ("requested", "5", None, None, "5"),
        ("authorised", "5", None, None, "5"),
        ("received", "5", "4", None, "4"),
        ("inspected", "5", "4", "3", "3"),
        ("accepted", "5", "4", "3", "3"),
        ("rejected", "5", "4", "0", "0"),
        ("refused", "5", None, None, "0"),
        ("withdrawn", "5", None, None, "0"),
        ("lapsed", "5", None, None, "0"),
    ]
    for state, asked, received, kept, expected in rows:
        read = [None if one is None else D(one) for one in (received, kept)]
        assert open_quantity(state, D(asked), *read) == D(expected), state


def test_what_may_be_asked_received_and_found():
    good = [
        (demand_asked, (1, D(2), "damaged", D(2))),
        (demand_received, (1, D(0), D(2))),
        (demand_received, (1, D(2), D(2))),
        (demand_found, (1, Found(D(1), D(1), D(0), D(0), "A-1"), D(2))),
        (demand_found, (1, Found(back=D(2)), D(2))),
        (demand_percent, (1, D("87.5"))),
        (demand_complained, (1, D(2), "missing", D(2))),
    ]
    for check, values in good:
        check(*values)
    bad = [
        (demand_asked, (1, D(0), "damaged", D(2))),
        (demand_asked, (1, D(3), "damaged", D(2))),
        (demand_asked, (1, D("0.0000001"), "damaged", D(2))),
        (demand_asked, (1, D(1), "because", D(2))),
        (demand_received, (1, D(3), D(2))),
        (demand_received, (1, D(-1), D(2))),
        (demand_found, (1, Found(D(1)), D(2))),
        (demand_found, (1, Found(D(3), back=D(-1)), D(2))),
        (demand_found, (1, Found(scrap=D(2), bin_code="A-1"), D(2))),
        (demand_percent, (1, D(101))),
        (demand_percent, (1, D("0.001"))),
        (demand_complained, (1, D(3), "missing", D(2))),
        (demand_complained, (1, D(1), "because", D(2))),
    ]
    for check, values in bad:
        with pytest.raises(Invalid):
            check(*values)


def test_a_claim_is_granted_in_whole_in_part_or_not():
    rows = [
        ([("2", "2", 100), ("1", "1", 100)], "granted"),
        ([("2", "1", 100), ("1", "1", 100)], "partly_granted"),
        ([("2", "2", 50)], "partly_granted"),
        ([("2", "0", 100), ("1", "1", 100)], "partly_granted"),
        ([("2", "0", 100)], None),
        ([("2", "2", 0)], None),
        ([("2", "3", 100)], None),
        ([("2", "1", 101)], None),
    ]
    for lines, expected in rows:
        given_lines = {
            place: (D(claimed), Granted(D(granted), D(percent)))
            for place, (claimed, granted, percent) in enumerate(lines)
        }
        if expected is None:
            with pytest.raises(Invalid):
                verdict(given_lines)
        else:
            assert verdict(given_lines) == expected


def test_the_gross_of_a_contested_part():
    rows = [
        ("1", "3", "100.00", "19", "39.67"),  # 33.333… net
        ("3", "3", "100.00", "19", "119.00"),
        ("1", "2", "0.01", "0", "0.01"),  # half up
        ("1", "1", "100.00", None, "100.00"),
    ]
    for quantity, whole, net, rate, gross in rows:
        assert gross_of_part(D(quantity), D(whole), D(net), None if rate is None else D(rate), "EUR") == D(gross)
    with pytest.raises(Invalid):
        gross_of_part(D(4), D(3), D(100), D(19), "EUR")
