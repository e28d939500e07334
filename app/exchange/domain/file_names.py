"""Names of files that come from elsewhere: which are finished and wanted, and what is safe to write."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

UNFINISHED = (".tmp", ".part", ".filepart", ".writing", ".crdownload")
_LONGEST = 180


def is_wanted(name: str, pattern: str) -> bool:
    """A finished file whose name fits one of the patterns (with commas between them, without regard to case)."""
    plain = name.lower()
    if plain.startswith((".", "~")) or plain.endswith(UNFINISHED):
        return False
    return any(fnmatchcase(plain, part.strip().lower()) for part in (pattern or "*").split(","))


def safe_name(name: str) -> str:
    """A file name without path and signs that file systems dislike; may be empty."""
    plain = re.sub(r"[^\w.@+=, -]", "_", name.replace("\\", "/").rpartition("/")[2]).strip(" .")
    return plain[-_LONGEST:]
