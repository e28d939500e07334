"""The rule engine in a process of its own: whatever happens to it, the caller lives on and nothing is called valid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.documents import rule_pool, rule_sets
from app.documents.formats import formats
from app.documents.inspection.file import inspect_file
from app.documents.rule_pool import EngineFailed, Limits, RulePool
from app.documents.rule_sets import RuleSet
from tests.factories.documents import document

SHEET = """<xsl:stylesheet version="3.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
 xmlns:svrl="http://purl.oclc.org/dsdl/svrl" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<xsl:template match="/"><svrl:schematron-output>{}</svrl:schematron-output></xsl:template></xsl:stylesheet>"""
FAULT = '<svrl:failed-assert id="R-1" flag="fatal" location="/a"><svrl:text>is <xsl:value-of select="/a"/></svrl:text></svrl:failed-assert>'
ENDLESS = '<xsl:value-of select="sum(for $i in 1 to 1000000, $j in 1 to 1000000 return ($i + $j) mod 7)"/>'
STOPS = '<xsl:value-of select="xs:decimal(string(/a))"/>'


@pytest.fixture
def sheet(tmp_path):
    def write(body: str) -> Path:
        file = tmp_path / f"{abs(hash(body))}.xslt"
        file.write_text(SHEET.format(body), encoding="utf-8")
        return file

    return write


@pytest.fixture
def pool():
    pool = RulePool()
    yield pool
    pool.close()


def until(happens) -> None:
    end = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def worked(pid: int) -> int:
    """Ticks of the processor this process has had."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_an_engine_stays_warm_and_says_what_failed(pool, sheet):
    assert pool.failed(sheet(FAULT), "", b"<a>x</a>") == [["R-1", "fatal", "/a", "is x"]]
    pids = pool.pids
    assert pool.failed(sheet(""), "", b"<a>x</a>") == []
    assert pool.pids == pids


def test_an_engine_that_is_killed_at_work_harms_nobody(pool, sheet):
    pool.failed(sheet(""), "", b"<a/>")
    (pid,) = pool.pids
    before = worked(pid)
    said: list[str] = []

    def ask() -> None:
        with pytest.raises(EngineFailed) as caught:
            pool.failed(sheet(ENDLESS), "", b"<a/>")
        said.append(str(caught.value))

    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: worked(pid) > before + 20)
    os.kill(pid, signal.SIGKILL)
    asking.join(30)
    assert said == ["the engine ended with -9"]
    assert pool.failed(sheet(FAULT), "", b"<a>y</a>") == [["R-1", "fatal", "/a", "is y"]]
    assert pool.pids != [pid]


def test_a_caller_that_is_interrupted_never_leaves_its_answer_to_the_next(pool, sheet):
    """Such as a job that runs out of its time, or Ctrl-C."""

    class Interrupted(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    pool.failed(sheet(""), "", b"<a/>")
    (pid,) = pool.pids
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        with pytest.raises(Interrupted):
            pool.failed(sheet(ENDLESS), "", b"<a/>")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert pool.failed(sheet(FAULT), "", b"<a>mine</a>") == [["R-1", "fatal", "/a", "is mine"]]
    assert pid not in pool.pids


def test_an_engine_that_died_while_idle_is_replaced(pool, sheet):
    pool.failed(sheet(""), "", b"<a/>")
    (pid,) = pool.pids
    os.kill(pid, signal.SIGKILL)
    until(lambda: b"Z" in Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[:1])
    assert pool.failed(sheet(""), "", b"<a/>") == []


def test_a_document_without_end_is_stopped(sheet):
    pool = RulePool(limits=Limits(seconds=2))
    try:
        with pytest.raises(EngineFailed, match="more than 2 seconds"):
            pool.failed(sheet(ENDLESS), "", b"<a/>")
        assert pool.failed(sheet(""), "", b"<a/>") == []
    finally:
        pool.close()


def test_a_type_error_is_no_result_and_costs_no_engine(pool, sheet):
    pool.failed(sheet(""), "", b"<a/>")
    pids = pool.pids
    with pytest.raises(EngineFailed, match="decimal"):
        pool.failed(sheet(STOPS), "", b"<a>no number</a>")
    for other in (sheet("<open>"), sheet("").with_name("none.xslt")):
        with pytest.raises(EngineFailed):
            pool.failed(other, "", b"<a/>")
    with pytest.raises(EngineFailed):
        pool.failed(sheet(""), "", b"no xml")
    assert pool.pids == pids


def test_rules_that_give_no_report_are_no_result(pool, tmp_path):
    other = tmp_path / "other.xslt"
    other.write_text(SHEET.format("").replace("svrl:schematron-output", "x"), encoding="utf-8")
    with pytest.raises(EngineFailed):
        pool.failed(other, "", b"<a/>")


def test_an_engine_is_replaced_after_its_share_of_documents(sheet):
    pool = RulePool(limits=Limits(documents=2))
    try:
        seen = []
        for _ in range(5):
            pool.failed(sheet(""), "", b"<a/>")
            seen += pool.pids
        assert [len({*seen[i : i + 2]}) for i in (0, 2)] == [1, 1]
        assert len(set(seen)) == 3
    finally:
        pool.close()


def test_an_engine_that_has_grown_is_replaced(sheet):
    pool = RulePool(limits=Limits(memory=1))
    try:
        pool.failed(sheet(""), "", b"<a/>")
        first = pool.pids
        pool.failed(sheet(""), "", b"<a/>")
        assert pool.pids != first
    finally:
        pool.close()


def test_an_engine_that_aborts_or_cannot_start_is_no_result(tmp_path):
    aborts = tmp_path / "aborts.py"
    aborts.write_text("import os, sys\nsys.stdin.buffer.read(1)\nos.abort()\n")
    for command in ((sys.executable, str(aborts)), ("/nowhere/python",), (sys.executable, "-c", "")):
        pool = RulePool(command=command)
        with pytest.raises(EngineFailed):
            pool.failed(tmp_path / "x.xslt", "", b"<a/>" * 100_000)
        pool.close()


def test_many_ask_at_once_each_gets_its_own_answer(sheet):
    pool = RulePool(size=2)
    rules = sheet(FAULT)
    answers: dict[int, str] = {}

    def ask(n: int) -> None:
        answers[n] = pool.failed(rules, "", f"<a>{n}</a>".encode())[0][3]

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    try:
        assert answers == {n: f"is {n}" for n in range(20)}
        assert len(pool.pids) <= 2
    finally:
        pool.close()


def test_engines_end_with_their_pool(pool, sheet):
    pool.failed(sheet(""), "", b"<a/>")
    (pid,) = pool.pids
    pool.close()
    assert not is_there(pid)


@pytest.mark.parametrize("code", ["ubl-invoice", "cii-invoice"])
def test_a_report_without_the_engine_is_not_checked(monkeypatch, code):
    pool = RulePool(command=(sys.executable, "-c", ""))
    monkeypatch.setattr(rule_pool, "shared", pool)
    found = inspect_file([formats[code].dumps(document())])
    assert found.verdict == "not_checked"
    assert any("the engine ended" in reason for reason in found.unchecked)
    assert not any(item.step == "rules" for item in found.findings)
    pool.close()


def test_this_process_never_loads_the_engine():
    """A forked process gets an engine of its own, and the one of its parent lives on."""
    program = """
import os, sys
from app.documents import rule_pool, rule_sets
from lxml import etree
def ran():
    root = etree.fromstring("<a/>")
    return len(list(rule_sets.failed_rules(rule_sets.EN16931_UBL, root))) >= 0 and rule_pool.shared.pids
mine = ran()
if os.fork() == 0:
    os._exit(0 if ran() != mine and rule_pool.shared.close() is None else 1)
_, status = os.wait()
print(status, ran() == mine, "saxonche" in sys.modules)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["0", "True", "False"], done.stderr


def test_a_limited_address_space_is_borne():
    program = """
import resource
from app.documents import rule_sets
from lxml import etree
resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, resource.getrlimit(resource.RLIMIT_AS)[1]))
print(len(list(rule_sets.failed_rules(rule_sets.EN16931_UBL, etree.fromstring("<a/>")))))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout.strip().isdigit(), done.stderr


def test_rules_of_the_package_run_in_the_shared_pool():
    root = rule_sets.etree.fromstring(formats["ubl-invoice"].dumps(document(count=1)))
    assert list(rule_sets.failed_rules(RuleSet("EN", "ubl-2.1/EN16931-UBL-validation.xslt"), root)) == []
    assert rule_pool.shared.pids


def test_rules_that_cannot_be_imported_are_run_as_they_are(pool, tmp_path):
    package = tmp_path / "package.xslt"
    text = SHEET.format(FAULT).replace("xsl:stylesheet version", 'xsl:package name="urn:x" package-version="1" version')
    text = text.replace("</xsl:stylesheet>", "</xsl:package>").replace(
        "<xsl:template match", "<xsl:mode/><xsl:template match"
    )
    package.write_text(text, encoding="utf-8")
    assert pool.failed(package, "", b"<a>x</a>") == [["R-1", "fatal", "/a", "is x"]]
