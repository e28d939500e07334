"""Warehouses, stock, reservations, promises. Everything is counted in base units.

Standing decisions:

* Available is on hand less threshold less reserved, never below zero; warehouses serve by position.
* `on_hand` changes only together with a row in the ledger `stock_moves`, whose sum it is.
* Rows are locked in the order of their ids, so that buyers of the same articles wait and never deadlock.
"""
