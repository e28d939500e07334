"""One thing looked at, how it stands, and what to do if it is not well."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from app.core.local.errors import StartError

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """`level` is ok, warn or fail; message and remedy are sentences."""

    name: str
    level: str
    message: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def demand(self) -> None:
        """Raise StartError when it failed."""
        if self.level == FAIL:
            raise StartError(f"{self.message} {self.remedy}".strip())
