"""Shapes of input on the pages of quotes and tenders."""
