"""Neutral documents <-> what services take and queries give; no rules that a form would need, too."""
