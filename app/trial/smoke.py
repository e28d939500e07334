"""The whole main job on a throw-away instance, over HTTP only: from a bulk order to the accountant's ZIP."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.core import clock
from app.core.local.instance import throw_away_portal
from app.core.local.places import ROOT
from app.core.local.programs import kontor_command
from app.documents.formats import formats
from app.documents.pdf_check import check_pdfa3
from app.documents.validation import Status, validate_cii, validate_ubl
from app.trial.demo.families import range_of_articles
from app.trial.demo.people import PASSWORD
from app.trial.http import Answer, Browser, PageError, Upload
from config import Config

_WAIT = 180  # seconds for work in the background
_MILLISECONDS = Decimal(1_000_000)


@dataclass(slots=True)
class Step:
    """One step: seconds it took and what it made."""

    name: str
    seconds: Decimal
    made: dict[str, Any]


@dataclass(slots=True)
class Report:
    """All steps, and the first thing that failed."""

    steps: list[Step] = field(default_factory=list)
    failure: str = ""

    @property
    def is_ok(self) -> bool:
        return not self.failure

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.is_ok,
            "failure": self.failure,
            "steps": [{"name": step.name, "seconds": str(step.seconds), "made": step.made} for step in self.steps],
        }


@dataclass(slots=True)
class Run:
    """A smoke run on its way."""

    say: Callable[[str], None]
    report: Report

    @contextmanager
    def step(self, name: str) -> Iterator[dict[str, Any]]:
        start = time.perf_counter_ns()
        made: dict[str, Any] = {}
        yield made
        seconds = ((time.perf_counter_ns() - start) / _MILLISECONDS / 1000).quantize(Decimal("0.01"))
        self.report.steps.append(Step(name, seconds, made))
        facts = ", ".join(f"{key} {value}" for key, value in made.items())
        self.say(f"{seconds:>8} s  {name:<28} {facts}")


def smoke_run(*, lines: int, say: Callable[[str], None]) -> Report:
    """Do everything; the report says what failed. Nothing is left behind."""
    run = Run(say, Report())
    try:
        _main_job(run, lines)
    except Exception as error:  # whatever it is, it is the result of the run
        run.report.failure = f"{type(error).__name__}: {error}"
    return run.report


def _main_job(run: Run, lines: int) -> None:
    start = time.perf_counter_ns()
    with throw_away_portal(ABANDONED_CART_HOURS=1, ABANDONED_CART_HOLD_OUT=0) as config:
        fill_demo(config)
        seconds = ((time.perf_counter_ns() - start) / _MILLISECONDS / 1000).quantize(Decimal("0.01"))
        run.report.steps.append(Step("start", seconds, {"address": config.base_url}))
        run.say(f"{seconds:>8} s  {'start':<28} {config.base_url}, demo data filled in")
        buyer = Browser(config.base_url)
        number = _order(run, buyer, lines)
        invoice = _invoice(run, buyer, number)
        accountant = Browser(config.base_url)
        _export(run, accountant, invoice)
        _abandoned(run, Browser(config.base_url))


def fill_demo(config: Config) -> None:
    """`kontor demo` on a running portal, in a process of its own."""
    filled = subprocess.run(
        kontor_command("demo"), env=config.child_environment(), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if filled.returncode:
        raise PageError(f"the demo data could not be filled in: {filled.stderr[-400:]}")


def sign_in(browser: Browser, email: str, password: str = PASSWORD) -> Answer:
    """Through the form, as a person would."""
    answer = browser.submit(browser.get("/sign-in"), r"sign-in", {"email": email, "password": password}).demand()
    if "sign-in" in answer.url:
        raise PageError(f"{email} could not sign in")
    return answer


def order_file(lines: int) -> bytes:
    """A buyer's CSV: letterhead, so many good lines, and the usual trouble around them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(("Hanse Werft GmbH", "", "", ""))
    writer.writerow(())
    writer.writerow(("Pos.", "Artikelnummer", "Bezeichnung", "Menge"))
    usable = [
        item for item in range_of_articles() if item.index % 37 and item.index % 53 and item.index % 211
    ][:lines]  # fmt: skip
    for place, item in enumerate(usable, start=1):
        writer.writerow((place, item.sku, item.names["de"], item.step * (1 + place % 4)))
    odd = next(item for item in usable if item.step > 1)
    writer.writerow((lines + 1, "NO-SUCH-1", "unknown", 5))
    writer.writerow((lines + 2, usable[0].sku, "again", usable[0].step))
    writer.writerow((lines + 3, odd.sku, "not a multiple", odd.step + 1))
    writer.writerow((lines + 4, usable[5].sku, "no quantity", "viele"))
    writer.writerow(("", "", "Summe", ""))
    return text.getvalue().encode("cp1252")


def _order(run: Run, buyer: Browser, lines: int) -> str:
    with run.step("sign in") as made:
        sign_in(buyer, "jonas@hansewerft.example")
        made["as"] = "jonas@hansewerft.example"
    with run.step("upload and preview") as made:
        data = order_file(lines)
        page = buyer.get("/quick-order").demand()
        preview = buyer.submit(page, r"/quick-order$", {"file": Upload("order.csv", data, "text/csv")}).demand()
        if "/quick-order/files/" in preview.url:  # a long file is checked in the background
            preview = _until(lambda: buyer.get(preview.url), lambda got: "upload-progress" not in got.text, "preview")
        made |= {"bytes": len(data), "problems": _problem_count(preview)}
        if not made["problems"]:
            raise PageError("the preview shows no problem, though the file has some")
    with run.step("correct") as made:
        fixed = _corrections(buyer, preview)
        made["problems_left"] = _problem_count(fixed)
    with run.step("into the cart") as made:
        added = buyer.submit(fixed, r"/quick-order/add$", _dropped(fixed)).demand()
        cart = buyer.get("/cart").demand()
        made["page"] = added.url.removeprefix(buyer.base)
        made["lines"] = _number_before(cart, "line")
    with run.step("check out") as made:
        page = buyer.get("/checkout").demand()
        review = buyer.submit(page, r"/checkout$", {"po_number": "SMOKE-1", "note": "smoke run"}).demand()
        made["page"] = review.url.removeprefix(buyer.base)
    with run.step("place") as made:
        placed = buyer.submit(review, r"/review$", {}).demand()
        number = placed.url.rsplit("/", 1)[-1]
        if not re.fullmatch(r"SO-\d{4}-\d+", number):
            raise PageError(f"the order was not placed: {placed.url}")
        made["order"] = number
    with run.step("place again") as made:
        again = buyer.submit(review, r"/review$", {}).demand()
        if again.url != placed.url:
            raise PageError("the same form sent twice made another order")
        made["order"] = number
    return number


def _problem_count(page: Answer) -> int:
    return len(set(re.findall(r'name="code-(\d+)"', page.text)))


def _corrections(buyer: Browser, preview: Answer) -> Answer:
    """Quantities go up to what is allowed, the unknown number is replaced, words become numbers."""
    page = buyer.submit(preview, r"/quick-order$", {}, button=("fix", "up")).demand()
    changes: dict[str, str | Upload | None] = {}
    for row, code in re.findall(r'name="code-(\d+)"[^>]*value="([^"]*)"', page.text):
        changes[f"code-{row}"] = "WA-0001" if code.startswith("NO-SUCH") else code
        changes[f"quantity-{row}"] = "500"
    return buyer.submit(page, r"/quick-order$", changes).demand() if changes else page


def _dropped(page: Answer) -> dict[str, str | Upload | None]:
    rows = re.findall(r'name="code-(\d+)"', page.text)
    return {"drop": ",".join(rows)} if rows else {}


def _number_before(page: Answer, word: str) -> int:
    found = re.search(rf"([\d,\u00a0]+)\s+{word}", " ".join(page.tree.text_content().split()))
    return int(re.sub(r"\D", "", found.group(1))) if found else 0


def _until(page: Callable[[], Answer], is_there: Callable[[Answer], bool], what: str) -> Answer:
    deadline = time.monotonic() + _WAIT
    while time.monotonic() < deadline:
        answer = page().demand()
        if is_there(answer):
            return answer
        time.sleep(1)
    raise PageError(f"{what} did not come within {_WAIT} seconds")


def _invoice(run: Run, buyer: Browser, order: str) -> str:
    with run.step("invoice") as made:
        page = _until(
            lambda: buyer.get(f"/orders/{order}"),
            lambda answer: bool(answer.links(r"/invoices/[^/]+/pdf$")),
            "the invoice",
        )
        number = page.links(r"/invoices/[^/]+/pdf$")[0].split("/")[-2]
        made["number"] = number
    with run.step("documents") as made:
        files = {form: buyer.get(f"/invoices/{number}/{form}").demand().body for form in ("pdf", "ubl", "cii")}
        made |= {f"{form}_bytes": len(data) for form, data in files.items()}
    with run.step("rules") as made:
        faults = check_pdfa3(files["pdf"])
        if faults:
            raise PageError(f"the PDF is no PDF/A-3b: {faults[0]}")
        for name, verdict in (("ubl", validate_ubl(files["ubl"])), ("cii", validate_cii(files["cii"]))):
            if verdict.status is not Status.VALID:
                raise PageError(f"{name} is {verdict.status}: {[finding.rule for finding in verdict.findings][:3]}")
            made[name] = ", ".join(str(rules) for rules in verdict.rule_sets)
        made["pdf"] = "PDF/A-3b structure"
        ubl, cii = (formats[code].loads(files[form]) for code, form in (("ubl-invoice", "ubl"), ("cii-invoice", "cii")))
        if (ubl.number, ubl.totals.payable, len(ubl.lines)) != (cii.number, cii.totals.payable, len(cii.lines)):
            raise PageError("UBL and CII differ")
        made |= {"lines": len(ubl.lines), "payable": str(ubl.totals.payable)}
    return number


def _export(run: Run, accountant: Browser, invoice: str) -> None:
    with run.step("accountant finds it"):
        sign_in(accountant, "petra@nordkontor.example")
        page = accountant.get("/invoices?q=SMOKE-1").demand()
        if invoice not in page.text:
            raise PageError("the accountant does not find the invoice by its PO number")
    with run.step("month as ZIP") as made:
        today = clock.today("Europe/Berlin")
        page = accountant.get("/invoices/exports").demand()
        dates: dict[str, str | Upload | None] = {"start": _first(today).isoformat(), "end": today.isoformat()}
        export = accountant.submit(page, r"/exports$", dates).demand()
        done = _until(
            lambda: accountant.get(export.url), lambda answer: bool(answer.links(r"/exports/\d+/file$")), "the export"
        )
        data = accountant.get(done.links(r"/exports/\d+/file$")[0]).demand().body
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if archive.testzip() is not None or f"pdf/{invoice}.pdf" not in names:
                raise PageError("the ZIP is damaged or lacks the invoice")
        made |= {"files": len(names), "bytes": len(data)}


def _first(day: date) -> date:
    return day.replace(day=1)


def _abandoned(run: Run, sales: Browser) -> None:
    with run.step("carts left behind") as made:
        sign_in(sales, "sven@nordkontor.example")
        page = sales.get("/abandoned-carts").demand()
        carts = page.links(r"/abandoned-carts/\d+$")
        if not carts:
            raise PageError("the sales manager sees no cart")
        sales.get(carts[0]).demand()
        made["carts"] = len(set(carts))
