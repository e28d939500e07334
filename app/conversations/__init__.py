"""Conversations between buyers and the operator about a cart, quote, order, invoice, claim or account.

Standing decisions
* A thread belongs to the customer's company; its subject decides who may read it, and inner notes are seen by the operator only.
* A reply by mail lands in its thread by a token of the recipient in the reply address; what cannot be placed waits for a person.
"""
