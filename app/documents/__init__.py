"""What a business document is, on paper and on the wire. Knows no table, no request and no language but the given one.

One frozen document makes everything that leaves the house: the printed page, the XML inside it and the UBL file beside it.
Writers and printers never compute: amounts come from `pricing.domain.totals` and are frozen in the document.
"""
