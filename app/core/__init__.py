"""Machinery without business words: who acts, transactions, tenancy, events, jobs, files, exact values.

The one exception is `locks.py`, which knows table names so that one file owns the lock order.
"""
