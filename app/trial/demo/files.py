"""What the order pad remembers: the columns of a buyer's own purchase list, and that list as it was read."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.order_file_columns import chosen_columns
from app.ordering.service.uploads import check_order_file, name_columns, receive_file
from app.trial.demo.families import DemoArticle

_HEAD = "Los;Was wir brauchen;Wieviel;Wohin"


def add_files(buyer: Actor, items: Sequence[DemoArticle]) -> None:
    """A list with a head of the buyer's own: two rows of it need somebody."""
    chosen = [item for item in items if item.index % 53 and item.index % 37][:: max(len(items) // 24, 1)]
    rows = [f"{place};{item.sku};{item.step * 4};Halle {place % 3 + 1}" for place, item in enumerate(chosen, start=1)]
    rows.append(f"{len(rows) + 1};{chosen[0].sku[:-1]};5;Halle 1")
    rows.append(f"{len(rows) + 1};{chosen[1].sku};0;Halle 2")
    data = "\r\n".join([_HEAD, *rows, ""]).encode()
    with acting_as(buyer):
        upload_id = receive_file(buyer, data, "Baustellenliste.csv", client_ref="demo-order-file", is_asking=True)
        choice = chosen_columns(1, {1: "sku", 2: "quantity", 3: "note"})
        name_columns(buyer, upload_id, choice, is_remembered=True, is_awaited=True)
        check_order_file(buyer, upload_id)
