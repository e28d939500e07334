"""Tables of quotes and tenders, a file per topic."""
