"""Nordkontor, an invented wholesaler of fasteners, tools and site supplies, with customers, prices, stock and history.

All names, numbers and prices are made up; GTINs use the prefix 29 for restricted circulation.
"""
