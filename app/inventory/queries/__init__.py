"""Reads of stock: what can be promised, and the warehouse's pages."""
