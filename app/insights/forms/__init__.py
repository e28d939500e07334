"""Shapes of what the desks enter."""
