"""The ground of the benchmarks: 20,000 articles, a chain of three lists with breaks, stock, one account that buys.

Written by plain SQL, so that measuring needs no import first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from flask import Flask

from app import create_app
from app.accounts.service.hashing import hash_password
from app.core.actor import Actor, Scope, Via
from app.core.local.instance import temporary_instance
from app.core.local.services import libpq_url
from app.core.migrate import upgrade
from app.factory import settle_memory
from config import Config

ARTICLES = 20_000
BUYER_COMPANY, BUYER = 2, 2
PASSWORD = "bench-password"  # noqa: S105 -- of a throw-away instance

FIRM = """
INSERT INTO companies (id, code, kind, name, legal_name, country, currency, vat_id, iban) OVERRIDING SYSTEM VALUE VALUES
    (1, 'OPERATOR', 'operator', 'Bench', 'Bench GmbH', 'DE', 'EUR', 'DE136695976', 'DE89370400440532013000'),
    (2, 'BUYER', 'customer', 'Buyer', 'Buyer GmbH', 'DE', 'EUR', 'DE129273398', '');
INSERT INTO addresses (company_id, label, name, street, postcode, city, country, is_default_ship_to, is_default_bill_to,
    is_bill_to) VALUES
    (1, 'main', 'Bench GmbH', 'Kai 1', '20457', 'Hamburg', 'DE', true, true, true),
    (2, 'main', 'Buyer GmbH', 'Weg 2', '10115', 'Berlin', 'DE', true, true, true);
INSERT INTO users (id, email, name) OVERRIDING SYSTEM VALUE VALUES (2, 'buyer@example.test', 'Buyer');
INSERT INTO memberships (company_id, user_id, role) VALUES (2, 2, 'company_admin');
INSERT INTO vat_rates (country, vat_class, rate, valid_from) VALUES
    ('DE', 'standard', 19, '2000-01-01'), ('DE', 'reduced', 7, '2000-01-01');
SELECT setval(pg_get_serial_sequence('companies', 'id'), 2), setval(pg_get_serial_sequence('users', 'id'), 2);
"""
_RANGE = f"""
INSERT INTO articles (id, sku, sku_key, name, gtin) OVERRIDING SYSTEM VALUE
    SELECT n, 'A-' || lpad(n::text, 6, '0'), 'A-' || lpad(n::text, 6, '0'), 'Article number ' || n, ''
    FROM generate_series(1, {ARTICLES}) n;
INSERT INTO warehouses (id, code, name) OVERRIDING SYSTEM VALUE VALUES (1, 'MAIN', 'Main');
INSERT INTO stock (article_id, warehouse_id, on_hand) SELECT n, 1, 100000000 FROM generate_series(1, {ARTICLES}) n;
INSERT INTO price_lists (id, code, name, currency) OVERRIDING SYSTEM VALUE VALUES
    (1, 'GENERAL', 'General', 'EUR'), (2, 'GROUP', 'Group', 'EUR'), (3, 'ACCOUNT', 'Account', 'EUR');
INSERT INTO price_entries (price_list_id, article_id, unit, min_quantity, price)
    SELECT l, n, 'H87', q, round((n % 977 + 50) / 10.0 * (1 - l * 0.03) * (1 - q / 1000.0), 4)
    FROM generate_series(1, {ARTICLES}) n, (VALUES (1), (2), (3)) lists (l), (VALUES (0), (10), (100)) breaks (q)
    WHERE n % l = 0;
INSERT INTO chains (id, code, strategy) OVERRIDING SYSTEM VALUE VALUES (1, 'CHAIN', 'merge');
INSERT INTO chain_lists (chain_id, price_list_id, position) VALUES (1, 3, 1), (1, 2, 2), (1, 1, 3);
INSERT INTO price_assignments (level, company_id, chain_id, combine) VALUES ('account', 2, 1, 'stop');
"""  # noqa: S608 -- constants of this file


@dataclass(frozen=True, slots=True)
class BenchStock:
    """The application on that ground, and a bare connection as its owner for the floors."""

    app: Flask
    config: Config
    actor: Actor
    bare: psycopg.Connection[tuple[object, ...]]


@contextmanager
def bench_stock() -> Iterator[BenchStock]:
    """A throw-away instance with that ground."""
    settings = {"BROKER_URL": "memory://", "SECRET_KEY": "b" * 40}
    with temporary_instance(broker=False, durable=True, **settings) as config, opened(config) as stock:
        stock.bare.execute(_RANGE.encode())
        settle(stock)
        yield stock


@contextmanager
def opened(config: Config) -> Iterator[BenchStock]:
    """The application on an instance, with the firm and one buyer in it."""
    upgrade(config.database_owner_url)
    app = create_app(config)
    app.config["WTF_CSRF_ENABLED"] = False
    actor = Actor(
        BUYER, BUYER_COMPANY, Scope.TENANT, frozenset({"*"}), locale="en", time_zone="Europe/Berlin", via=Via.CLI,
        name="Buyer",
    )  # fmt: skip
    with psycopg.connect(libpq_url(config.database_owner_url)) as bare:
        if not bare.execute("SELECT 1 FROM companies").fetchone():
            bare.execute(FIRM.encode())
            bare.execute("UPDATE users SET password_hash = %s WHERE id = %s", (hash_password(PASSWORD), BUYER))
        bare.commit()
        yield BenchStock(app, config, actor, bare)


def settle(stock: BenchStock) -> None:
    """Let statistics and memory be as they are after a while of use."""
    stock.bare.commit()
    stock.bare.autocommit = True
    stock.bare.execute("VACUUM ANALYZE")
    stock.bare.autocommit = False
    settle_memory()
