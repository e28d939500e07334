"""What is written, apart from what is quoted: mails as programs really write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversations.domain.replies import cut_reply, text_of_html

QUOTED = "> When does it come?\n> \n> Ann"

MAILS = {
    "gmail": ("On Friday, please.\n\nOn Mon, Mar 2, 2026 at 9:14 AM Nordkontor <reply+1@kontor.example> wrote:\n" + QUOTED,
              "On Friday, please."),
    "gmail wrapped": ("Yes\n\nOn Mon, Mar 2, 2026 at 9:14 AM Nordkontor Handel GmbH und Partner\n"
                      "<reply+1-2-abcdef@kontor.example> wrote:\n\n" + QUOTED, "Yes"),
    "apple": ("Fine with me.\n\n> On 2. Mar 2026, at 09:14, Nordkontor <r@k.example> wrote:\n> \n> Is Friday good?",
              "Fine with me."),
    "apple mobile": ("Ok\n\nSent from my iPhone\n\nOn 2 Mar 2026, at 09:14, Nordkontor <r@k.example> wrote:\n\n> Hello", "Ok"),
    "gmail german": ("Danke!\n\nAm Mo., 2. März 2026 um 09:14 Uhr schrieb Nordkontor <\nreply+1@kontor.example>:\n\n" + QUOTED,
                     "Danke!"),
    "thunderbird german": ("Passt.\n\nAm 02.03.26 um 09:14 schrieb Nordkontor:\n" + QUOTED, "Passt."),
    "gmail russian": ("Да, подходит.\n\nпн, 2 мар. 2026 г. в 09:14, Nordkontor <reply+1@kontor.example>:\n" + QUOTED,
                      "Да, подходит."),
    "mail.ru": ("Спасибо\n\nПонедельник, 2 марта 2026, 9:14 +03:00 от Nordkontor <r@k.example>:\n" + QUOTED, "Спасибо"),
    "yandex": ('Хорошо.\n\n02.03.2026, 09:14, "Nordkontor" <reply+1@kontor.example>:\n' + QUOTED, "Хорошо."),
    "thunderbird russian": ("Годится.\n\n02.03.2026 9:14, Nordkontor пишет:\n" + QUOTED, "Годится."),
    "russian wrote": ("Нет.\n\n2 марта 2026 г., в 9:14, Nordkontor <r@k.example> написал(а):\n\n" + QUOTED, "Нет."),
    "ukrainian": ("Добре.\n\nпн, 2 бер. 2026 р. о 09:14 Nordkontor <r@k.example> пише:\n" + QUOTED, "Добре."),
    "ukrainian wrote": ("Так.\n\n2 бер. 2026 р. о 09:14 Nordkontor <r@k.example> написав(ла):\n\n" + QUOTED, "Так."),
    "outlook": ("Please send it.\n\n-----Original Message-----\nFrom: Nordkontor\nSent: Monday\nTo: Jonas\nSubject: Order\n\nHello",
                "Please send it."),
    "outlook head": (("Agreed.\n\n________________________________\nFrom: Nordkontor <r@k.example>\nSent: Monday, March 2\n"
                     "To: Jonas\nSubject: Order SO-1\n\nIs Friday good?"), "Agreed."),
    "outlook german": (("Gut.\n\nVon: Nordkontor <r@k.example>\nGesendet: Montag, 2. März 2026 09:14\nAn: Jonas\n"
                       "Betreff: Auftrag\n\nIst Freitag gut?"), "Gut."),
    "outlook russian": ("Согласен.\n\nОт: Nordkontor\nОтправлено: 2 марта 2026\nКому: Jonas\nТема: Заказ\n\nТекст", "Согласен."),
    "outlook ukrainian": ("Згоден.\n\nВід: Nordkontor\nНадіслано: 2 березня 2026\nКому: Jonas\nТема: Замовлення\n\nТекст", "Згоден."),
    "signature": ("See attached.\n-- \nJonas Petersen\nHansewerft", "See attached."),
    "only quotes below": ("Thanks\n\n" + QUOTED, "Thanks"),
    "answers below": ("On Mon, Mar 2, 2026 Nordkontor <r@k.example> wrote:\n" + QUOTED + "\n\nOn Friday.", "On Friday."),
    "between the lines": ("Hello\n\nOn Mon, Mar 2, 2026 Nordkontor <r@k.example> wrote:\n> Friday?\nYes.\n> Ten?\nNo, twelve.", None),
    "plain": ("Nothing quoted here.\n\nFrom: the heart we thank you.", None),
    "wrote in a sentence": ("On Monday I asked what Ann wrote:\nit is not clear.", None),
    "nothing but a quotation": (QUOTED, None),
}  # fmt: skip


def test_mails_of_real_programs_are_parted():
    wrong = {}
    for name, (mail, expected) in MAILS.items():
        for given_mail in (mail, mail.replace("\n", "\r\n")):
            found = cut_reply(given_mail)
            if expected is not None and found.text != expected:
                wrong[name] = found
    assert wrong == {}
    between = cut_reply(MAILS["between the lines"][0]).text
    assert "Yes." in between and "No, twelve." in between and "> Ten?" in between
    for name in ("plain", "wrote in a sentence", "nothing but a quotation"):
        assert cut_reply(MAILS[name][0]).cut == "", name
    assert "Jonas Petersen" in cut_reply(MAILS["signature"][0]).cut


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([*"ab", "> q", "-- ", "On x at y wrote:", "", "From: a", "To: b", "Sent: c"]), max_size=12)
)
def test_no_line_is_lost(lines):
    found = cut_reply("\n".join(lines))
    kept = [line.strip() for line in f"{found.text}\n{found.cut}".split("\n") if line.strip()]
    assert sorted(kept) == sorted(line.strip() for line in lines if line.strip())


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello</p><p>World</p>", "Hello\n\nWorld"),
        ("<div>One<br>Two</div><style>p{}</style><ul><li>a</li><li>b</li></ul>", "One\nTwo\n- a\n- b"),
        ("<div>Yes &amp; no</div><div>On x at y Z wrote:<blockquote><p>Old</p></blockquote></div>", None),
        ("<p>Ok</p><hr><b>From:</b> Ann<br><b>Sent:</b> Monday<br><b>To:</b> Bob<br>Old", None),
    ],
)
def test_html_becomes_text(html, text):
    found = text_of_html(html)
    if text is not None:
        assert found == text
    else:
        assert cut_reply(found).text in ("Yes & no", "Ok")
