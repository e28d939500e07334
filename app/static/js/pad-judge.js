// Asks what becomes of rows: those that have changed and those of the same articles, many in one request, one request at
// a time. An answer to what stands there no longer is dropped: it is being asked anew.
import { isBlank } from "./pad-rows.js";

const MANY = 500;
const RETRY = 3000;

export default class Judge {
  constructor({ address, token, rows, onAnswers, onState }) {
    Object.assign(this, { address, token, rows, onAnswers, onState });
    this.answers = new Map(); // id of a row -> what was said of it
    this.waiting = new Set();
    this.busy = 0;
    this.trouble = "";
  }

  // Rows that came, went or changed between two states of the pad.
  follow(before, after) {
    const then = new Map(before.map((row) => [row.id, row]));
    const now = new Set(after.map((row) => row.id));
    const gone = new Set();
    for (const row of before) if (!now.has(row.id) && this.answers.get(row.id)?.sku) gone.add(this.answers.get(row.id).sku);
    for (const row of after) {
      const said = this.answers.get(row.id);
      if (then.get(row.id) !== row || said?.state === "joined" || (said?.sku && gone.has(said.sku))) this.waiting.add(row.id);
    }
    for (const row of before) if (!now.has(row.id)) this.answers.delete(row.id);
    this.later(0);
  }

  changed(row, wait) {
    this.waiting.add(row.id);
    this.later(wait);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }

  async send() {
    if (this.busy) return; // goes on when the answer is there
    const batch = this.batch();
    if (batch.size) await this.ask(batch);
    this.onState();
    if (this.waiting.size) this.later(this.trouble ? RETRY : 0);
  }

  // The first rows that wait, and all others of the same articles: they make one line, their price depends on all.
  batch() {
    const list = this.rows();
    const there = new Set(list.map((row) => row.id));
    for (const id of this.waiting) if (!there.has(id)) this.waiting.delete(id);
    const batch = new Map();
    const names = new Set();
    for (const [index, row] of list.entries()) {
      if (batch.size >= MANY) break;
      if (!this.waiting.has(row.id)) continue;
      for (const name of this.names(row)) names.add(name);
      batch.set(index + 1, row);
    }
    for (const [index, row] of list.entries()) if (this.names(row).some((name) => names.has(name))) batch.set(index + 1, row);
    for (const [number, row] of batch) {
      this.waiting.delete(row.id);
      if (!isBlank(row)) continue;
      this.answers.delete(row.id);
      this.onAnswers([row.id]);
      batch.delete(number);
    }
    return batch;
  }

  // By what a row's article is known: its number as found, also the one it had before, and the code as typed.
  names(row) {
    const code = row.code.trim().toUpperCase();
    const sku = this.answers.get(row.id)?.sku;
    return [...(code ? [code] : []), ...(sku ? [`#${sku}`] : [])];
  }

  async ask(batch) {
    this.busy = batch.size;
    this.onState();
    const lines = [...batch].map(([number, { code, quantity, unit, note }]) =>
      [number, ...[code, quantity, unit, note].map((cell) => cell.replace(/[\t\r\n]/g, " "))].join("\t"),
    );
    try {
      const body = new URLSearchParams({ rows: lines.join("\n") });
      const answer = await fetch(this.address, { method: "POST", body, headers: { "X-CSRFToken": this.token } });
      if (answer.redirected || [400, 401, 403].includes(answer.status)) this.trouble = "signedOut";
      else this.trouble = answer.ok ? "" : "offline";
      if (!this.trouble) this.keep(batch, await answer.text());
    } catch {
      this.trouble = "offline";
    }
    if (this.trouble) for (const row of batch.values()) this.waiting.add(row.id);
    this.busy = 0;
  }

  keep(batch, html) {
    const part = document.createElement("template");
    part.innerHTML = html;
    const list = this.rows();
    const now = new Map(list.map((row) => [row.id, row]));
    const skus = new Set();
    const told = [];
    for (const said of part.content.querySelectorAll("tr")) {
      const row = batch.get(Number(said.dataset.n));
      if (!row || now.get(row.id) !== row) continue;
      const { state, sku, unit, step, minor, units } = said.dataset;
      const cells = [...said.querySelectorAll("td")];
      this.answers.set(row.id, { state, sku, unit, step, units, minor: Number(minor), cells });
      told.push(row.id);
      if (sku) skus.add(sku);
    }
    const asked = new Set([...batch.values()].map((row) => row.id));
    for (const row of list) if (!asked.has(row.id) && skus.has(this.answers.get(row.id)?.sku)) this.waiting.add(row.id);
    this.onAnswers(told);
  }

  // Counts and the sum of the rows, of what is known already.
  totals() {
    const totals = { good: 0, wrong: 0, open: 0, minor: 0, busy: this.waiting.size + this.busy };
    for (const row of this.rows()) {
      const said = this.answers.get(row.id);
      if (!said) continue;
      totals[said.state === "joined" ? "good" : said.state] += 1;
      totals.minor += said.minor;
    }
    return totals;
  }
}
