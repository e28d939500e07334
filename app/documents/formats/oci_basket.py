"""OCI 4.0 and 5.0: a basket as the body of a form, `application/x-www-form-urlencoded` in UTF-8."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from app.core.texts import N_
from app.documents.formats import Format, FormatError, formats
from app.documents.model.basket import Basket
from app.documents.oci.fields import PREFIX, form_fields, read_form
from app.documents.reading import Reading

_MAX_BYTES, _MAX_FIELDS = 20_000_000, 300_000


def dumps(basket: Basket) -> bytes:
    return urlencode(form_fields(basket).fields).encode("ascii")


def loads(data: bytes) -> Reading[Basket]:
    if len(data) > _MAX_BYTES:
        raise FormatError(N_("The file has {size} bytes; at most {limit} are read.", size=len(data), limit=_MAX_BYTES))
    text = data.decode("ascii", "replace").strip()
    if PREFIX not in text.replace("%2D", "-")[:2_000_000]:
        raise FormatError(N_("This is no OCI basket."), 1)
    try:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError:
        raise FormatError(N_("A basket has at most {n} lines.", n=_MAX_FIELDS), 1) from None
    return read_form(fields)


formats.add("oci-basket", Format("oci-basket", "application/x-www-form-urlencoded", (Basket,), dumps, loads))
