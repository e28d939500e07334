"""Setting documents on A4: our fonts, exact widths, rows, pages.

WeasyPrint lays a table out cell by cell, which is most of the time of a long invoice. Here every row of a ledger is one
text: columns are met exactly by spaces of chosen widths added to our fonts, because the widths of our fonts are known. So a thousand
rows cost a thousand texts instead of eight thousand boxes, pages are known before layout, and sums can be carried over.
Lengths are whole thousandths of a point.
"""
