"""What `kontor doctor` finds, with real servers behind it, and the SQL for servers of your own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from app.core.local import cli, doctor, machine, roles, services
from app.core.local.binaries import postgres_bin_for
from app.core.local.check import FAIL, OK, WARN, Check
from app.core.local.errors import StartError
from app.core.local.instance import temporary_instance
from app.core.local.places import account, unprivileged
from app.core.local.postgres import EmbeddedPostgres
from app.core.local.processes import wait_until
from app.core.local.supervisor import prepare_trial
from config import Config

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
KEY = "k" * 32


@pytest.fixture(scope="module")
def running() -> Iterator[Config]:
    with temporary_instance() as config:
        yield config


class Foreign:
    """A server that is not ours: programs and socket folder."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder

    def run(self, login: str, script: str, database: str = "postgres") -> None:
        command = [
            self.programs / "psql",
            "-X",
            "-h",
            self.folder,
            "-U",
            login,
            "-d",
            database,
            "-v",
            "ON_ERROR_STOP=1",
        ]
        subprocess.run(command, input=script, text=True, check=True, capture_output=True)

    def connect(self, login: str, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(host=str(self.folder), user=login, dbname=database, autocommit=True)

    def url(self, login: str, database: str) -> str:
        return f"postgresql+psycopg://{login}@/{database}?host={self.folder}"

    def answers(self) -> bool:
        try:
            self.connect("postgres", "postgres").close()
        except psycopg.OperationalError:
            return False
        return True


@pytest.fixture(scope="module", params=[15, 18])
def foreign(request: pytest.FixtureRequest) -> Iterator[Foreign]:
    """The oldest and the newest release we know, as somebody else would run them."""
    who = unprivileged() if os.geteuid() == 0 else account(os.geteuid())
    programs = DEBIAN_15 if request.param == 15 else postgres_bin_for(who)
    if not (programs / "postgres").exists():
        pytest.skip("PostgreSQL 15 is not installed on this machine")
    folder = Path(tempfile.mkdtemp(prefix="kontor-foreign-")).resolve()
    os.chown(folder, who.uid, who.gid)
    switch = {} if who.is_me else {"user": who.uid, "group": who.gid, "extra_groups": []}
    data = str(folder / "data")
    initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **switch)
    command = [programs / "postgres", "-D", data, "-k", str(folder), "-h", "", "-c", "fsync=off"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **switch)
    server = Foreign(programs, folder)
    assert wait_until(server.answers, 30, every=0.1)
    server.run("postgres", "CREATE ROLE admin LOGIN CREATEROLE CREATEDB; CREATE ROLE me LOGIN CREATEROLE;")
    yield server
    process.send_signal(signal.SIGINT)
    process.wait(20)
    shutil.rmtree(folder)


def found(config: Config) -> dict[str, Check]:
    return {check.name: check for check in services.database(config)}


def test_the_printed_roles_work_for_an_administrator_without_superpowers(foreign):
    script = CliRunner().invoke(cli.roles, ["--database", "shop"]).output
    foreign.run("admin", script)
    foreign.run("admin", "\n".join(line for line in script.splitlines() if not line.startswith("CREATE DATABASE")))
    with foreign.connect("kontor_owner", "shop") as owner:
        owner.execute("CREATE TABLE things (n int)")
        owner.execute("GRANT SELECT ON things TO kontor_tenant")
        for forbidden in ("kontor_tenant", "admin"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(f"SET ROLE {forbidden}")
    with foreign.connect("kontor_app", "shop") as app:
        for forbidden in ("SELECT * FROM things", "SET ROLE kontor_owner", "SET ROLE admin"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)
        app.execute("SET ROLE kontor_tenant")
        app.execute("SELECT * FROM things")
    checks = found(Config(DATABASE_URL=foreign.url("kontor_app", "shop"), SECRET_KEY=KEY))
    assert [checks[name].level for name in ("database", "roles", "login", "clock")] == [OK] * 4
    assert checks["schema"].level == FAIL


def test_a_trial_makes_its_roles_with_one_login(foreign):
    foreign.run("postgres", "DROP DATABASE IF EXISTS shop;")
    foreign.run("postgres", f"DROP ROLE IF EXISTS {', '.join(roles.ROLES)}; CREATE DATABASE trial OWNER me;")
    foreign.run("postgres", "ALTER SCHEMA public OWNER TO me", "trial")
    refused = Config(DATABASE_URL=foreign.url("me", "trial"), SECRET_KEY=KEY)
    with pytest.raises(StartError, match="KONTOR_TRIAL=1"):
        services.demand_harmless_login(refused)
    trial = refused.changed(KONTOR_TRIAL=True)
    services.demand_harmless_login(trial)
    prepare_trial(trial)
    prepare_trial(trial)
    with foreign.connect("me", "trial") as me:
        me.execute("CREATE TABLE things (n int)")
        me.execute("GRANT SELECT ON things TO kontor_tenant")
        with me.transaction():
            me.execute("SELECT set_config('role', 'kontor_tenant', true)")
            me.execute("SELECT * FROM things")
    assert found(trial)["roles"].level == OK
    assert found(trial)["login"].level == WARN


def test_a_trial_whose_login_may_not_make_roles_is_told_what_to_do(running):
    with EmbeddedPostgres(running.instance_dir).connect() as admin:
        admin.execute("CREATE ROLE small LOGIN")
    server = EmbeddedPostgres(running.instance_dir)
    with pytest.raises(StartError, match="kontor roles"):
        prepare_trial(Config(DATABASE_URL=server.url("small", "postgres"), KONTOR_TRIAL=True))


def test_a_superuser_is_refused_outside_a_trial(running):
    server = EmbeddedPostgres(running.instance_dir)
    config = Config(DATABASE_URL=server.url("postgres"), SECRET_KEY=KEY)
    with pytest.raises(StartError, match="a superuser and free of row-level security"):
        services.demand_harmless_login(config)
    services.demand_harmless_login(Config(DATABASE_URL=server.app_url, SECRET_KEY=KEY))
    with pytest.raises(StartError, match="owner of tables or database"):
        services.demand_harmless_login(Config(DATABASE_URL=server.owner_url, SECRET_KEY=KEY))


def test_a_server_too_old_and_one_that_is_away_are_told_apart(running, monkeypatch, tmp_path):
    away = Config(DATABASE_URL=f"postgresql+psycopg://kontor_app@/kontor?host={tmp_path}", SECRET_KEY=KEY)
    assert "does not answer" in found(away)["database"].message
    monkeypatch.setattr(services, "OLDEST_POSTGRES", 99)
    old = found(Config(DATABASE_URL=EmbeddedPostgres(running.instance_dir).app_url, SECRET_KEY=KEY))["database"]
    assert old.level == FAIL
    assert "PostgreSQL 18" in old.message
    assert "99 or later" in old.remedy


def test_a_broker_that_is_away_is_named(running):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for scheme in ("redis", "amqp"):
        check = services.broker(Config(BROKER_URL=f"{scheme}://127.0.0.1:{port}//", SECRET_KEY=KEY))
        assert check.level == FAIL
        assert f"127.0.0.1:{port}" in check.message
    assert services.broker(running).level == OK
    assert services.broker(Config(BROKER_URL=running.broker_url)).level == OK


def test_storage_and_mail_are_tried(tmp_path):
    good = Config(KONTOR_INSTANCE=tmp_path)
    assert services.files(good).level == OK
    assert services.mail(good).level == OK
    (tmp_path / "file").write_text("in the way")
    bad = Config(STORAGE_URL=f"file://{tmp_path}/file", MAIL_URL=f"file://{tmp_path}/file/mails")
    assert services.files(bad).level == FAIL
    assert services.mail(bad).level == FAIL
    assert services.mail(Config(MAIL_URL="null://")).level == WARN
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert services.mail(Config(MAIL_URL=f"smtp://127.0.0.1:{port}")).level == FAIL


def test_packages_are_compared_with_the_lock_file(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        "click==0.1 \\\n    --hash=sha256:00\nnosuchpackage==1.0 \\\n    --hash=sha256:00\n"
        "tzdata==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:00\n"
    )
    check = machine.packages(lock)
    assert check.level == FAIL
    assert "click" in check.message
    assert "nosuchpackage missing" in check.message
    assert "tzdata" not in check.message
    lock.write_text(f"psycopg=={psycopg.__version__} \\\n    --hash=sha256:00\n")
    assert machine.packages(lock).level == OK


def test_missing_text_libraries_name_the_packages_to_install():
    check = machine.pango(("libnosuchpango.so.0",))
    assert "libnosuchpango.so.0" in check.message
    assert f"apt-get install {machine.PANGO_PACKAGES}" in check.remedy
    with pytest.raises(StartError, match=r"libpango-1\.0-0"):
        check.demand()


def test_missing_front_end_files_are_noticed(tmp_path):
    (tmp_path / "package.json").write_text(json.dumps({"vendor": {"css/a.css": "a", "js/b.js": "b"}}))
    assert machine.front_end(tmp_path).level == FAIL
    for name in ("css/a.css", "js/b.js"):
        (tmp_path / "vendor" / name).parent.mkdir(parents=True)
        (tmp_path / "vendor" / name).touch()
    assert machine.front_end(tmp_path).level == OK


def test_too_little_space_is_told_before_the_start(monkeypatch, tmp_path):
    config = Config(KONTOR_INSTANCE=tmp_path)
    for mebibytes, level in ((10, FAIL), (machine.NEEDED_MIB, WARN), (100_000, OK)):
        monkeypatch.setattr(machine, "free_bytes", lambda _folder, n=mebibytes: n * machine.MEBIBYTE)
        assert machine.disk(config).level == level


@pytest.mark.parametrize(("host", "reason"), [("nosuch.invalid", "HOST 'nosuch.invalid'"), ("203.0.113.9", "HOST")])
def test_a_host_that_is_not_ours_is_named(host, reason):
    with pytest.raises(StartError, match=reason):
        machine.open_port(Config(HOST=host, PORT=0))


def test_the_doctor_reports_everything_and_fails_for_programs_too(running, monkeypatch):
    for name, value in running.as_env().items():
        monkeypatch.setenv(name, value)
    answer = CliRunner().invoke(cli.doctor, ["--json"])
    findings = {finding["name"]: finding for finding in json.loads(answer.output)}
    assert {"python", "packages", "pango", "front end", "disk", "port", "database", "roles", "login", "schema", "clock",
            "broker", "storage", "mail"} <= set(findings)  # fmt: skip
    assert findings["schema"]["level"] == FAIL  # nobody ran the migrations here
    assert answer.exit_code == 1
    for_people = CliRunner().invoke(cli.doctor, [])
    assert "-> Run `kontor up`" in for_people.output


def test_a_check_that_breaks_is_a_finding():
    def broken() -> Check:
        raise OSError("no such device")

    assert doctor._guarded("disk", broken).level == FAIL


def test_the_script_names_all_roles_and_quotes_the_database():
    script = roles.script('my "shop"')
    assert all(role in script for role in roles.ROLES)
    assert 'CREATE DATABASE "my ""shop"""' in script
