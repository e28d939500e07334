"""A shop with its people, and two customers with theirs."""

from __future__ import annotations

import pytest

from tests.factories.ordering import shop
from tests.support.cast import Cast, make_cast


@pytest.fixture
def cast(isolated, world) -> Cast:
    with world():
        shop()
        return make_cast()
