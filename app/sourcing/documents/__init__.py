"""Rows of quotes and tenders as neutral documents."""
