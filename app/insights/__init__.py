"""What the sales desk watches: carts left behind.

Standing decisions
* A cart counts as abandoned when its buyer did nothing with it for the set number of hours, it has lines, is open
  (not ordered, not awaiting approval) and its account is approved and not blocked.
* Noticing writes a row with the value of that moment; the page shows the present state of the cart beside it.
* One message per abandonment. Whether it is still wanted is asked again when it is sent.
"""
