"""`kontor operator ...` and `kontor user ...`: how a fresh installation begins."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from decimal import Decimal
from zoneinfo import available_timezones

import click

from app.accounts.domain.roles import Role
from app.accounts.queries.budgets import current_budgets
from app.accounts.queries.budgets import disagreeing as disagreeing_budgets
from app.accounts.queries.companies import account_id, buying_terms
from app.accounts.queries.credit import disagreeing as disagreeing_credit
from app.accounts.queries.credit import ledger, standing
from app.accounts.service.installation import Firm, create_operator, create_user, give_password
from app.accounts.service.profile import LOCALES
from app.core import clock
from app.core.local.console import on_console
from app.core.money import round_amount
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


_as_json = click.option("--json", "as_json", is_flag=True, help="For programs: amounts are text.")


@click.group()
def credit() -> None:
    """Credit of accounts."""


@credit.command("show")
@click.argument("account")
@_as_json
def show_credit(*, account: str, as_json: bool) -> None:
    """Where ACCOUNT stands: limit, what is outstanding, what is free, and the last entries of its ledger."""
    with on_console() as actor:
        company_id = account_id(actor, account)
        found, entries = standing(actor, company_id), ledger(actor, company_id, limit=10)
    if as_json:
        click.echo(json.dumps({**asdict(found), "ledger": [asdict(one) for one in entries]}, default=str, indent=2))
        return
    click.echo(f"limit        {_amount(found.limit, found.currency)}")
    click.echo(f"outstanding  {_amount(found.outstanding, found.currency)}")
    click.echo(f"free         {_amount(found.available, found.currency)}")
    if found.is_on_hold:
        click.echo(f"on hold      {found.hold_reason}")
    for one in entries:
        click.echo(f"{one.at:%Y-%m-%d %H:%M}  {one.kind:<10}  {_amount(one.amount, one.currency):>18}  {one.reference}")


@click.group()
def budget() -> None:
    """Budgets of cost centres."""


@budget.command("show")
@click.argument("account")
@_as_json
def show_budgets(*, account: str, as_json: bool) -> None:
    """What is left of the budgets of ACCOUNT that hold today, in its own time zone."""
    with on_console() as actor:
        company_id = account_id(actor, account)
        today = clock.today(buying_terms(actor, company_id).time_zone)
        lines = current_budgets(actor, today, company_id)
    if as_json:
        rows = [
            {"cost_centre": one.code, "name": one.name, "kind": one.state.kind, "from": one.state.period.starts_on,
             "to": one.state.period.ends_on, "currency": one.state.currency, "rule": one.state.rule,
             "budget": one.state.amount, "carried": one.state.carried, "taken": one.state.taken,
             "reserved": one.reserved, "left": one.state.left}
            for one in lines
        ]  # fmt: skip
        click.echo(json.dumps(rows, default=str, indent=2))
        return
    for one in lines:
        left, total = (_amount(value, one.state.currency) for value in (one.state.left, one.state.total))
        click.echo(f"{one.code:<12} {left:>18} of {total} until {one.state.period.ends_on}  ({one.state.rule})")


@click.command("check")
def check_sums() -> None:
    """Compare what is kept of budgets and credit with the sum of their entries; exits with 1 where they differ."""
    with on_console() as actor:
        wrong = {"budget": disagreeing_budgets(actor), "account": disagreeing_credit(actor)}
    for noun, rows in wrong.items():
        for key, (kept, summed) in rows.items():
            click.echo(f"{noun} {key}: {kept} is kept, the entries add up to {summed}", err=True)
    if any(wrong.values()):
        sys.exit(1)
    click.echo("Budgets and credit agree with their entries.")


def _amount(value: Decimal | None, currency: str) -> str:
    return "no limit" if value is None else f"{round_amount(value, currency):,} {currency}"


credit.add_command(check_sums)
COMMANDS = [operator, user, credit, budget]
