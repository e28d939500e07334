"""Who may open what of exports and the archive. A denial changes nothing."""

from __future__ import annotations

from tests.factories.accounts import sign_in

ACCOUNTING = ("operator_admin", "accountant")
PAGES = ("/bookings", "/bookings.csv", "/bookings.datev", "/bookings/accounts")
OTHERS = ("pricing", "warehouse", "sales", "customer.company_admin", "customer.bookkeeper", "customer.buyer")


def test_pages(client, cast):
    for address in PAGES:
        assert client.get(address).status == 303, address
    for name in (*ACCOUNTING, *OTHERS):
        sign_in(client, cast.people[name])
        for address in PAGES:
            assert client.get(address).status == (200 if name in ACCOUNTING else 403), (name, address)
