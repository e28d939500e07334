"""What a password must be: long, and not what an attacker tries first (NIST SP 800-63B, 3.1.1.2). No composition rules."""

from __future__ import annotations

import re
from itertools import pairwise

from app.core.errors import Invalid
from app.core.texts import N_

MIN_LENGTH = 10
MAX_LENGTH = 200  # bounds the work of hashing

# The commonest passwords of ten characters and more in published leaks, and their kin in our readers' languages.
_COMMON = frozenset(
    """
    1234567890 0123456789 12345678910 123456789a 1234567891 0987654321 1q2w3e4r5t 1qaz2wsx3edc qwertyuiop qwerty12345
    qwerty123456 qwertyuiop123 asdfghjkl1 asdfghjkl123 zaq12wsxcde3 1qazxsw23edc q1w2e3r4t5 q1w2e3r4t5y6 password12
    password123 password1234 password12345 password123456 password01 password1! passw0rd123 p@ssw0rd123 p@ssword123
    iloveyou12 iloveyou123 iloveyou1234 welcome123 welcome1234 welcome2024 welcome2025 welcome2026 letmein123
    letmein1234 administrator admin12345 admin123456 adminadmin administrator1 changeme123 changeme1234 trustno1234
    football12 football123 baseball123 basketball superman123 spiderman123 batman1234 dragon1234 monkey1234
    sunshine12 sunshine123 princess12 princess123 michael123 jennifer123 charlie123 liverpool1 liverpool123
    manchester chelsea123 arsenal123 abcdefghij abcdefghijk abcd123456 abc123456789 a123456789 aa123456789
    abcdef123456 qwe123456789 asd123456789 zxcvbnm123 zxcvbnm12345 qazwsxedcrfv qwerasdfzxcv 147258369a 1472583690
    7894561230 9876543210 11223344556 1122334455 1111111111 0000000000 9999999999 5555555555 1234512345 123123123123
    123321123321 1231231231 qwerty1234 qwertyqwerty asdfasdfasdf passwordpassword testtest12 testtest123 test123456
    test1234567 summer2024 summer2025 summer2026 winter2024 winter2025 winter2026 spring2025 spring2026 autumn2025
    autumn2026 januar2026 hello12345 hello123456 whatever12 computer12 computer123 internet12 internet123 samsung123
    blink182182 mypassword mypassword1 mypassword123 secret1234 secret12345 topsecret1 letmeinplease iamthebest
    iloveyou12345 mustang1234 master1234 master12345 shadow1234 jordan2323 hunter1234 killer1234 freedom123
    starwars12 starwars123 pokemon1234 naruto1234 minecraft1 minecraft123 fuckyou1234 fuckyou123 google1234
    kontor1234 kontor12345 kontor2025 kontor2026 wholesale1 wholesale123 procurement procurement1
    пароль1234 пароль12345 парольпароль йцукенгшщз йцукен12345 йцукен1234 любовь1234 привет1234 привет12345
    солнышко12 солнышко123 наташа1234 марина1234 spartak1922 zenitzenit cska123456 ghbdtn1234 gfhjkm1234 gfhjkm12345
    слава1234 україна123 україна1991 ukraine1991 ukraine2024 slavaukraini россия2024 россия1234
    passwort12 passwort123 passwort1234 hallo12345 hallo123456 schalke0404 deutschland deutschland1 fussball123
    """.split()  # noqa: SIM905 -- reads better than two hundred quoted words
)


def demand_good(password: str, *, email: str, name: str = "", field: str = "password") -> None:
    """Raise Invalid for a password that is too short, too long or easily guessed."""
    if len(password) < MIN_LENGTH:
        raise Invalid(field, N_("Use at least {length} characters.", length=MIN_LENGTH))
    if len(password) > MAX_LENGTH:
        raise Invalid(field, N_("Use at most {length} characters.", length=MAX_LENGTH))
    if _is_about_the_person(password, email, name):
        raise Invalid(field, N_("This is your name or e-mail address. Use something nobody can look up."))
    if password.casefold() in _COMMON or _is_pattern(password):
        raise Invalid(field, N_("This password is one of the first an attacker tries. Use three or four random words."))


def _is_about_the_person(password: str, email: str, name: str) -> bool:
    """The whole password is made of the person's name or address, and perhaps some digits or signs."""
    left = password.casefold()
    words = {email, *re.split(r"[@.+_\-]", email), name, *name.split()}
    for word in sorted({w.casefold() for w in words if len(w) >= 3}, key=len, reverse=True):
        left = left.replace(word, "")
    return left != password.casefold() and len(re.sub(r"[\W\d_]", "", left)) < 4


def _is_pattern(password: str) -> bool:
    """One sign or a short group again and again, or a run along the alphabet."""
    for size in (1, 2, 3, 4):
        if password == (password[:size] * len(password))[: len(password)]:
            return True
    steps = {ord(b) - ord(a) for a, b in pairwise(password)}
    return steps in ({1}, {-1})
