"""Commands of quotes and tenders."""
