"""Answers as dataclasses, their schema and their description."""
