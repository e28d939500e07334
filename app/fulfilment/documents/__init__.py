"""Rows of fulfilment as neutral documents."""
