"""Price lists, chains of lists per account, breaks, VAT, totals: the one pricing call.

Standing decisions:

* Whoever shows or stores a price asks `queries.price_lines`; nothing is kept ready, so a changed entry holds at once.
* No price is a problem that is said, never zero.
* A price entry of the entered unit wins; else the base unit's entries hold for the quantity in base units.
* There is no conversion between currencies: a list in another currency has no price for the account.
* An account without a chain of its own buys by the default chain.
"""
