"""What happened to quotes and tenders."""

from __future__ import annotations
