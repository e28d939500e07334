"""Invoices and what the accountant does with them.

Standing decisions:
* An order is invoiced once, when it is released (placed, or its time for changes over), until fulfilment reports
  shipments; a cancelled one never. The unique key
  (order, kind) is what makes a repeated event harmless.
* The invoice row holds the frozen neutral document. PDF, CII and UBL are made from it by a job and never again
  once filed; a document that breaks a rule is held for the accountant, not filed and not sent.
* Nobody has seen a held invoice, so its document may be made anew from mended master data. Its number, dates and sums
  stay, because the number must not be missing.
* The number is taken last in the transaction, so that a failure before the commit gives it back: no gaps.
"""
