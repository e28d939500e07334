"""What a company tells when it registers itself, and which files it may add."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_, Message

MAX_FILES = 5
MAX_FILE_BYTES = 10_000_000

_MAGIC = ((b"%PDF-", "application/pdf"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))


@dataclass(frozen=True, slots=True)
class ExtraField:
    """A question of the operator beyond the legal facts; the answer is kept in `companies.registration`."""

    code: str
    label: Message
    kind: str = "text"  # text, long, choice
    choices: tuple[tuple[str, Message], ...] = ()


EXTRA_FIELDS = (
    ExtraField("website", N_("Website")),
    ExtraField(
        "trade",
        N_("Kind of business"),
        "choice",
        (
            ("shop", N_("Shop or shops")),
            ("online", N_("Online trade")),
            ("hospitality", N_("Hotel, restaurant, café")),
            ("trades", N_("Trades and construction")),
            ("industry", N_("Industry")),
            ("public", N_("Public body")),
            ("wholesale", N_("Wholesale")),
            ("other", N_("Other")),
        ),
    ),
    ExtraField(
        "volume",
        N_("Expected orders per month"),
        "choice",
        (
            ("small", N_("up to 1,000 EUR")),
            ("medium", N_("1,000 to 10,000 EUR")),
            ("large", N_("10,000 to 100,000 EUR")),
            ("huge", N_("more than 100,000 EUR")),
        ),
    ),
    ExtraField("message", N_("What should we know?"), "long"),
)


@dataclass(frozen=True, slots=True)
class Registration:
    """A company's application. The applicant becomes its administrator once approved."""

    legal_name: str
    country: str
    contact_name: str
    email: str
    phone: str
    street: str
    postcode: str
    city: str
    name: str = ""
    street2: str = ""
    region: str = ""
    vat_id: str = ""
    registration_number: str = ""
    locale: str = "en"
    time_zone: str = "UTC"
    extra: Mapping[str, str] | None = None
    own: Mapping[str, str] | None = None  # texts for own fields that are asked at registration


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    name: str
    data: bytes


def media_type(upload: Upload) -> str:
    """By content, never by name; raises Invalid for what we do not keep."""
    if len(upload.data) > MAX_FILE_BYTES:
        raise Invalid("files", N_("“{name}” is larger than {limit} MB.", name=upload.name, limit=10))
    for magic, found in _MAGIC:
        if upload.data.startswith(magic):
            return found
    raise Invalid("files", N_("“{name}” is neither PDF nor PNG nor JPEG.", name=upload.name))


def known_answers(extra: Mapping[str, Any]) -> dict[str, str]:
    """The answers to our questions, cut to a sane length; empty ones and unknown fields are left out."""
    answers = {field.code: str(extra.get(field.code) or "").strip()[:2000] for field in EXTRA_FIELDS}
    return {code: answer for code, answer in answers.items() if answer}


def shown_answers(registration: Mapping[str, Any]) -> list[tuple[Message, Message | str]]:
    """Question and answer for the operator's page."""
    shown: list[tuple[Message, Message | str]] = []
    for field in EXTRA_FIELDS:
        answer = registration.get(field.code)
        if answer:
            shown.append((field.label, dict(field.choices).get(answer, answer)))
    return shown
