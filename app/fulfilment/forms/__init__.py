"""Shapes of what is entered in fulfilment."""
