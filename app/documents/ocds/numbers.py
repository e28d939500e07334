"""JSON whose numbers are exact: amounts are written from Decimal and read as Decimal, never as floating point."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from app.core.texts import N_
from app.documents.formats import FormatError

MOST_BYTES = 64 * 1024 * 1024
_MARK = re.compile(r'"\\u0000(-?[0-9.]+)"')


def write(value: Any) -> bytes:
    """UTF-8 with sorted, indented lines as people compare them; Decimals become plain JSON numbers."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_marked)
    return _MARK.sub(r"\1", text).encode() + b"\n"


def _marked(value: Any) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise TypeError(f"{value!r} cannot stand in JSON")
    return f"\x00{value:f}"


def read(data: bytes) -> Any:
    """The value of a JSON file; raises FormatError with line and column."""
    if len(data) > MOST_BYTES:
        raise FormatError(N_("The file is larger than {limit} MB.", limit=MOST_BYTES // 1024 // 1024))
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FormatError(N_("The file is not UTF-8."), line) from error
    except json.JSONDecodeError as error:
        found = N_("This is not JSON: {reason}.", reason=error.msg)
        raise FormatError(found, error.lineno, column=error.colno) from error
    except (RecursionError, ValueError) as error:
        raise FormatError(
            N_("This is not JSON that can be read: it is nested too deeply or holds a wrong number.")
        ) from error


def _refuse(name: str) -> None:
    raise ValueError(name)
