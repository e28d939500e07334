"""A frequently asked question in all languages."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import BooleanField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.conversations.domain.subjects import KIND_WORDS
from app.conversations.queries.questions import FaqWords
from app.core.operator_setting_kinds import LANGUAGES
from app.web.forms import ClientRefField, Form, choices
from app.web.texts import _, say


class QuestionForm(Form):
    """Question, answer and further words by language; the service says what is missing."""

    client_ref = ClientRefField()
    kinds = SelectMultipleField(
        _("About"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=True
    )
    position = IntegerField(_("Place in the list"), [Optional(), NumberRange(0, 10_000)], default=0)
    is_active = BooleanField(_("Suggest it"), default=True)
    question_en = StringField(_("Question"))
    answer_en = TextAreaField(_("Answer"))
    keywords_en = StringField(_("Further words people use"))
    question_ru = StringField(_("Question"))
    answer_ru = TextAreaField(_("Answer"))
    keywords_ru = StringField(_("Further words people use"))
    question_uk = StringField(_("Question"))
    answer_uk = TextAreaField(_("Answer"))
    keywords_uk = StringField(_("Further words people use"))

    def offer_kinds(self) -> None:
        self.kinds.choices = choices((kind, say(word)) for kind, word in KIND_WORDS.items())

    def words(self) -> dict[str, FaqWords]:
        return {
            locale: FaqWords(*(self[f"{name}_{locale}"].data or "" for name in ("question", "answer", "keywords")))
            for locale in LANGUAGES
        }

    def show(self, words: Mapping[str, FaqWords]) -> None:
        """Fill the fields with what is kept."""
        for locale, one in words.items():
            for name in ("question", "answer", "keywords"):
                self[f"{name}_{locale}"].data = getattr(one, name)
