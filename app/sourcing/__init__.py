"""Requests for quotation, quotes and tenders: from a question to prices that later orders use.

Both are machines whose tables of transitions stand in `domain` (`quote_machine`, `tender_machine`): an event that a
table does not name for a state is refused and changes nothing. Every event is kept in a chain of hashes, one chain per
quote and per tender, which `kontor audit verify` checks.

The wholesaler is not special in tenders: it, and any customer account whose people have the right, asks; companies of
kind supplier bid. Until a tender is opened no price and no name of a bidder exists in clear anywhere, not for the
operator either (`domain.sealing`, `models.bids`).

An accepted quote becomes an order through the same door as every order, at its own prices; an award becomes contract
prices. What was won is delivered through orders: this slice does not know `fulfilment`.
"""
