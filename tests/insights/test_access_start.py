"""Who may arrange a start page: everybody his own, nobody without signing in."""

from __future__ import annotations

import pytest

from tests.factories.accounts import sign_in


@pytest.mark.parametrize(
    ("name", "status"),
    [("operator_admin", 200), ("warehouse", 200), ("customer.buyer", 200), ("stranger.bookkeeper", 200), (None, 303)],
)
def test_arranging_the_start_page(client, cast, name, status):
    if name:
        sign_in(client, cast.people[name])
    assert client.get("/start/arrange").status == status
    answer = client.post("/start/arrange", data={"code": "orders", "do": "hide"})
    assert answer.location.startswith("/start/arrange" if name else "/sign-in")
