"""Neutral business documents as frozen dataclasses, named after the business terms (BT, BG) of EN 16931-1.

Empty text means "not given". Amounts are `Decimal` in the document's currency, prices are net of VAT.
`model.stored` turns a document into JSON and back into an equal object.
"""
