"""Pictures and files of articles."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    MultipleFileField,
    SelectField,
    StringField,
)
from wtforms.validators import Length, Optional, ValidationError

from app.catalog.domain.attachment import KINDS, LANGUAGES, Attachment, FileFacts
from app.web.forms import Form, choices
from app.web.texts import _, say

LANGUAGE_NAMES = {"en": _("English"), "ru": _("Russian"), "uk": _("Ukrainian"), "de": _("German")}


class PicturesForm(Form):
    """New pictures of an article."""

    files = MultipleFileField(_("Pictures"))

    def validate_files(self, field: MultipleFileField) -> None:
        field.data = [file for file in field.data or [] if getattr(file, "filename", "")]
        if not field.data:
            raise ValidationError(_("Choose a file."))


class FileForm(Form):
    """A file of an article and what is said about it."""

    file = FileField(_("File"))
    kind = SelectField(_("Kind"))
    title = StringField(_("Title"), [Length(max=200)])
    language = SelectField(_("Language"))
    valid_from = DateField(_("Holds from"), [Optional()])
    valid_to = DateField(_("Holds until"), [Optional()])

    def offer(self) -> None:
        self.kind.choices = choices((code, say(name)) for code, name in KINDS.items())
        self.language.choices = choices(
            [("", _("for all readers")), *((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)]
        )

    def demand_file(self) -> None:
        self.file.validators = [FileRequired(_("Choose a file."))]

    def facts(self) -> FileFacts:
        return FileFacts(
            self.kind.data, self.title.data or "", self.language.data or "", self.valid_from.data, self.valid_to.data
        )


def facts_of(held: Attachment) -> dict[str, object]:
    """What the form shows of a file."""
    facts = held.facts
    return {"kind": facts.kind, "title": facts.title, "language": facts.language, "valid_from": facts.valid_from,
            "valid_to": facts.valid_to}  # fmt: skip


class ZipForm(Form):
    """A ZIP of pictures and files."""

    file = FileField(_("ZIP file"), [FileRequired(_("Choose a file."))])
