"""The embedded PostgreSQL: rights, crashes, second starts, odd places, other users."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from app.core.local import binaries, postgres
from app.core.local.errors import StartError
from app.core.local.instance import servers, temporary_instance
from app.core.local.places import account, may_pass, may_read
from app.core.local.postgres import EmbeddedPostgres
from app.core.local.processes import is_alive, wait_until
from config import Config, socket_dir

ROOT = Path(__file__).resolve().parents[2]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short folder any user may pass through."""
    path = Path(tempfile.mkdtemp(prefix="kontor-test-")).resolve()
    path.chmod(0o755)
    yield path
    EmbeddedPostgres(path / "instance").stop()
    shutil.rmtree(path)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "instance", durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def standing() -> Iterator[EmbeddedPostgres]:
    """One server for the tests that only look."""
    with temporary_instance(broker=False) as config:
        yield EmbeddedPostgres(config.instance_dir)


def run_python(code: str, *arguments: str, user: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a few lines in another process, perhaps as another user, for whom this Python must be within reach."""
    command, environment, switch = [sys.executable], dict(os.environ), {}
    if user is not None:
        who = account(pwd.getpwnam(user).pw_uid)
        switch = {"user": who.uid, "group": who.gid, "extra_groups": []}
        libraries = Path(sysconfig.get_path("purelib"))
        system = Path(f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")
        pythons = [path for path in (Path(sys.executable), system) if path.exists() and may_read(who, path.resolve())]
        if not pythons or not may_pass(who, libraries) or not may_pass(who, ROOT):
            pytest.skip("this Python or the project lies where other users cannot read it")
        command = [str(pythons[0])]
        environment = {"PYTHONPATH": f"{libraries}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [*command, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False, **switch,
    )  # fmt: skip


def test_roles_have_the_rights_of_their_names_and_no_more(standing):
    with standing.connect("kontor") as admin:
        rows = admin.execute(
            "SELECT rolname, rolcanlogin, rolinherit, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"
            " FROM pg_roles WHERE rolname LIKE 'kontor%' ORDER BY 1"
        ).fetchall()
    assert rows == [
        ("kontor_app", True, False, False),
        ("kontor_operator", False, True, False),
        ("kontor_owner", True, True, False),
        ("kontor_tenant", False, True, False),
    ]
    with standing.connect("kontor", login="kontor_owner") as owner:
        owner.execute("CREATE TABLE things (n int)")
        owner.execute("GRANT SELECT ON things TO kontor_tenant")
        for other in ("postgres", "kontor_tenant", "kontor_app"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(f"SET ROLE {other}")
    with standing.connect("kontor", login="kontor_app") as app:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for table things"):
            app.execute("SELECT * FROM things")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("CREATE TABLE mine (n int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("SET ROLE kontor_owner")
        app.execute("SET ROLE kontor_tenant")
        assert app.execute("SELECT count(*) FROM things").fetchone() == (0,)


def test_it_listens_on_a_private_socket_and_knows_unicode(standing):
    run = socket_dir(standing.instance_dir, "postgres")
    assert run.stat().st_mode & 0o777 == 0o700
    assert (run / ".s.PGSQL.5432").is_socket()
    assert not [c for c in psutil.Process(standing.pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
    with standing.connect("kontor") as admin:
        assert admin.execute("SELECT lower('ЗАКАЗ Ґ'), upper('ß-größe')").fetchone() == ("заказ ґ", "ß-GRÖßE")


@needs_root
def test_another_user_cannot_connect(standing):
    code = """
        import psycopg, sys
        try:
            psycopg.connect(host=sys.argv[1], user="postgres", dbname="kontor")
        except psycopg.OperationalError as error:
            print(error)
    """
    answer = run_python(code, str(socket_dir(standing.instance_dir, "postgres")), user="daemon")
    assert "Permission denied" in answer.stdout


def test_what_was_committed_survives_a_killed_server(server):
    with server.connect("kontor") as admin:
        admin.execute("CREATE TABLE kept AS SELECT 42 AS n")
    other = server.connect("kontor")
    assert server.pid
    os.kill(server.pid, signal.SIGKILL)
    server.start()
    with server.connect("kontor") as admin:
        assert admin.execute("SELECT n FROM kept").fetchone() == (42,)
    other.close()


def test_a_server_that_still_runs_is_taken_over(server):
    again = EmbeddedPostgres(server.instance_dir)
    again.start()
    assert again.pid == server.pid
    again.stop()
    assert not server.is_running()


@pytest.mark.parametrize("content", ["", "junk\n", "{mine}\n/elsewhere\n0\n5432\n\n\n\nready\n", "{mine}\n"])
def test_a_pid_file_that_a_crash_left_does_not_block_the_next_start(server, content):
    """Its process number may belong to some other program by now."""
    server.stop()
    data = server.instance_dir / "postgres" / "data"
    (data / "postmaster.pid").write_text(content.format(mine=os.getpid()))
    (data.parent / "run" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    server.start()
    assert server.is_running()


def test_a_half_made_data_folder_is_made_anew(folder):
    half = folder / "instance" / "postgres" / "data.new"
    half.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        for path in (half, half.parent):
            shutil.chown(path, "nobody")
    (half / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(folder / "instance", durable=False)
    server.start()
    assert server.is_running()
    assert not half.exists()


def test_data_of_another_release_is_left_alone(server):
    server.stop()
    version = server.instance_dir / "postgres" / "data" / "PG_VERSION"
    version.write_text("17\n")
    with pytest.raises(StartError, match="PostgreSQL 17"):
        server.start()


@pytest.mark.parametrize("name", ["n" * 120, "Мой 'shop'"])
def test_long_and_odd_paths_work(folder, name):
    deep = folder / name
    deep.mkdir(mode=0o755)
    with servers(Config(KONTOR_INSTANCE=deep / "instance")) as config:
        run = socket_dir(config.instance_dir, "postgres")
        assert len(str(run)) < 60
        assert run.stat().st_mode & 0o777 == 0o700
        with EmbeddedPostgres(config.instance_dir).connect("kontor", login="kontor_app") as app:
            assert app.execute("SELECT 1").fetchone() == (1,)
    for server in ("postgres", "valkey"):
        shutil.rmtree(socket_dir(config.instance_dir, server))


def test_a_socket_folder_of_somebody_else_is_refused(folder):
    instance = folder / ("n" * 120)
    squatted = socket_dir(instance, "postgres")
    squatted.symlink_to(folder)
    try:
        with pytest.raises(StartError, match="belongs to somebody else"):
            EmbeddedPostgres(instance).start()
    finally:
        squatted.unlink()


def test_two_starts_at_once_share_one_server(folder):
    code = """
        import sys
        from pathlib import Path
        from app.core.local.postgres import EmbeddedPostgres
        server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
        server.start(tied=False)
        print(server.pid)
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(folder / "instance")]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = {process.communicate(timeout=60)[0] for process in both}
    assert [process.returncode for process in both] == [0, 0]
    assert answers == {f"{EmbeddedPostgres(folder / 'instance').pid}\n"}


def test_the_server_ends_with_the_process_that_started_it(folder):
    code = """
        import os, signal, sys
        from pathlib import Path
        from app.core.local.postgres import EmbeddedPostgres
        server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
        server.start()
        print(server.pid, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    answer = run_python(code, str(folder / "instance"))
    assert answer.returncode == -signal.SIGKILL
    assert wait_until(lambda: not is_alive(int(answer.stdout)), 10)
    log = (folder / "instance" / "log" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_commands_leave_a_server_that_somebody_else_uses(folder):
    config = Config(KONTOR_INSTANCE=folder / "instance", BROKER_URL="memory://")
    with servers(config):
        first = EmbeddedPostgres(config.instance_dir).pid
        with servers(config):
            assert EmbeddedPostgres(config.instance_dir).pid == first
        assert EmbeddedPostgres(config.instance_dir).pid == first
    assert not EmbeddedPostgres(config.instance_dir).is_running()


def test_a_throw_away_instance_leaves_nothing():
    with temporary_instance() as config:
        folder = config.instance_dir
        assert EmbeddedPostgres(folder).is_running()
    assert not folder.exists()
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or [])]


@needs_root
def test_an_ordinary_user_can_run_it(folder):
    uid = pwd.getpwnam("daemon").pw_uid
    shutil.chown(folder, uid)
    code = """
        import sys
        from pathlib import Path
        from app.core.local.instance import servers
        from app.core.local.postgres import EmbeddedPostgres
        from config import Config
        with servers(Config(KONTOR_INSTANCE=Path(sys.argv[1]))) as config:
            with EmbeddedPostgres(config.instance_dir).connect("kontor", login="kontor_app") as app:
                print(app.execute("SELECT current_user").fetchone()[0])
    """
    answer = run_python(code, str(folder / "instance"), user="daemon")
    assert answer.stdout == "kontor_app\n", answer.stderr
    # Root may run the same instance later, as the owner of its data.
    server = EmbeddedPostgres(folder / "instance")
    server.start()
    assert psutil.Process(server.pid).uids().real == uid
    server.stop()


@needs_root
def test_an_instance_that_nobody_can_reach_gets_its_data_elsewhere(folder, monkeypatch):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(binaries, "SHARED_HOME", folder / "shared")
    monkeypatch.setattr(postgres, "SHARED_HOME", folder / "shared")
    monkeypatch.setattr(binaries, "may_read", lambda _who, _file: False)
    said: list[str] = []
    server = EmbeddedPostgres(closed / "instance", say=said.append, durable=False)
    server.start()
    home = (closed / "instance" / "postgres").resolve()
    assert home.parent == folder / "shared"
    assert len(said) == 1
    assert str(home) in said[0]
    assert Path(psutil.Process(server.pid).exe()).is_relative_to(folder / "shared")
    with server.connect("kontor", login="kontor_app") as app:
        assert app.execute("SELECT 1").fetchone() == (1,)
    server.stop()
    server.start()  # finds both again
    assert len(said) == 1
    server.stop()
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
@pytest.mark.parametrize("megabytes", [10, 60])
def test_a_full_disk_is_told_in_a_sentence(folder, megabytes):
    small = folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        server = EmbeddedPostgres(small / "instance")
        with pytest.raises(StartError, match="full"):
            for _ in range(20):
                server.start()
                with server.connect("kontor") as admin:
                    _fill(admin)
                server.stop()
    finally:
        EmbeddedPostgres(small / "instance").stop()
        subprocess.run(["umount", str(small)], check=True)


def _fill(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    try:
        admin.execute("CREATE TABLE IF NOT EXISTS much AS SELECT repeat('x', 1000) FROM generate_series(1, 60000)")
        admin.execute("INSERT INTO much SELECT * FROM much")
    except psycopg.Error:
        pass
