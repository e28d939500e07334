"""`kontor operator ...` and `kontor user ...`: how a fresh installation begins."""

from __future__ import annotations

import sys
from zoneinfo import available_timezones

import click

from app.accounts.domain.roles import Role
from app.accounts.queries.companies import account_id
from app.accounts.service.installation import Firm, create_operator, create_user, give_password
from app.accounts.service.profile import LOCALES
from app.core.local.console import on_console
from config import Config


def _password(from_stdin: bool) -> str:
    """Asked twice on a terminal; one line of standard input for scripts."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    text: str = click.prompt("Password (at least 10 characters)", hide_input=True, confirmation_prompt=True, err=True)
    return text


_password_option = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def operator() -> None:
    """The firm that runs this Kontor and sells."""


@operator.command("create")
@click.option("--code", default="HOUSE", show_default=True, help="Its own account number.")
@click.option("--name", "legal_name", required=True, help="Legal name, as invoices show it.")
@click.option("--country", required=True, metavar="CC", help="Country code of two letters, such as DE.")
@click.option("--currency", required=True, metavar="CUR", help="Currency of new accounts, such as EUR.")
@click.option("--vat-id", default="", help="VAT id of the firm.")
@click.option("--locale", type=click.Choice(LOCALES), default=None, help="Language of new accounts.")
@click.option("--time-zone", default=None, help="IANA name such as Europe/Berlin.")
@click.option("--email", required=True, help="E-mail address of the first administrator.")
@click.option("--person", required=True, help="Name of the first administrator.")
@_password_option
def create_the_operator(
    *, code: str, legal_name: str, country: str, currency: str, vat_id: str, locale: str | None, time_zone: str | None,
    email: str, person: str, password_stdin: bool,
) -> None:  # fmt: skip
    """Found the operator and its first administrator; once per installation."""
    config = Config.from_env()
    zone = time_zone or config.TIME_ZONE
    if zone not in available_timezones():
        raise click.BadParameter(f"{zone} is no time zone; it looks like Europe/Berlin", param_hint="--time-zone")
    firm = Firm(
        code, legal_name, country.upper(), currency.upper(), vat_id=vat_id, locale=locale or config.DEFAULT_LOCALE,
        time_zone=zone,
    )  # fmt: skip
    password = _password(password_stdin)
    with on_console() as actor:
        create_operator(actor, firm, email=email, name=person, password=password)
    click.echo(f"{legal_name} is founded. Sign in as {email} and complete the bank account and addresses.")


@click.group()
def user() -> None:
    """People who can sign in."""


@user.command("create")
@click.argument("email")
@click.option("--company", "code", required=True, help="Account number of the company.")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--name", default="", help="Name of the person; needed for a new one.")
@_password_option
def create_a_user(*, email: str, code: str, role: str, name: str, password_stdin: bool) -> None:
    """Give a person a role in a company without an invitation; who is known already keeps the old password."""
    password = _password(password_stdin)
    with on_console() as actor:
        create_user(actor, email, company_id=account_id(actor, code), role=role, name=name, password=password)
    click.echo(f"{email} can sign in for {code}.")


@user.command("password")
@click.argument("email")
@_password_option
def set_the_password(*, email: str, password_stdin: bool) -> None:
    """Set a person's password; the person's sessions end."""
    password = _password(password_stdin)
    with on_console() as actor:
        give_password(actor, email, password)
    click.echo(f"The password of {email} is set.")


COMMANDS = [operator, user]
