"""Shapes of what is entered about keys."""
