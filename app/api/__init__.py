"""The interface for programs: keys, and answers as JSON under /api/v1."""
