"""Shop and quick-order pages, carts, checkout, orders.

Standing decisions
* A cart stores no prices to order from; `checked_price` on its lines is only what the buyer was shown last, so that
  placing can tell a price that moved from one that was seen. The page of the review adds a fingerprint of all it
  showed, because the same cart may be open in two windows.
* An order's lines are written by one statement that copies texts from the articles inside the database; only what was
  computed (prices, nets, taxes) crosses the wire.
* Equal article and unit is one line of a cart: adding it again adds to the quantity, and the buyer is told.
* A preview of pasted or uploaded lines stores nothing: the page carries the rows as text and posts them back.
* A line's `quantity` is what still stands, so that everybody who reads lines (invoice, reordering, figures) reads what
  holds; `cancelled_quantity` beside it is what was ordered and is not wanted any more.
* What an order was before a change is kept whole with the change (`order_changes.before`), not a row a version: placing
  pays nothing for it.
"""
