"""Shapes of what people enter about imports, partners and messages."""
