"""Open Contracting Data Standard 1.1 with the extensions lots, bids, enquiries, techniques, requirements, awardCriteria
and bidOpening: releases and records, read and written.

The official schema lets much pass that is wrong (references to nothing, two first ranks, an award above its bid);
`checks` finds that.
"""
