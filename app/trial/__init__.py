"""Trying Kontor out: the demo company, the smoke run and the benchmarks. Nothing here runs in production."""
