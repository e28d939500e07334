"""Carts and orders. A cart stores no prices, an order only frozen ones."""
