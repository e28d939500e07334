"""Rules of quotes and tenders: machines, amounts, scores, auctions, sealing. No database, no web."""
