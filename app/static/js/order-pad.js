// The order pad: a grid for thousands of rows, by keyboard alone. Only a page of rows is in the document; all of them are
// in the state, are judged in the background, counted below the grid and sent as one text.
import { isBlock, plainBlock, readBlock } from "./pad-paste.js";
import Judge from "./pad-judge.js";
import { PARTS, Rows, cellsOf, isBlank, newRow } from "./pad-rows.js";
import { keep, kept } from "./pad-store.js";
import PadSuggest from "./pad-suggest.js";

const PAGE = 50;
const PAUSE = { quantity: 250, unit: 0, note: 800 };
const SCANNED = { letters: 6, milliseconds: 35 };

export default class OrderPad {
  constructor(pad) {
    this.pad = pad;
    this.form = pad.closest("form");
    this.body = pad.querySelector("tbody");
    this.template = pad.querySelector("template").content.querySelector("tr");
    this.text = pad.querySelector("textarea[name=pad]");
    this.sum = document.getElementById("o-pad-sum");
    this.token = this.form.querySelector("[name=csrf_token]").value;
    this.page = 0;
    this.burst = { letters: 0 };
    this.rows = this.load();
    this.judge = new Judge({
      address: pad.dataset.judge, token: this.token, rows: () => this.rows.list,
      onAnswers: (ids) => this.tell(ids), onState: () => this.count(),
    });
    this.suggest = new PadSuggest(pad.querySelector(".o-pad-suggestions"), pad.dataset.suggest, (field, code) => this.choose(field, code));
    this.listen();
    pad.classList.add("is-live");
    this.form.querySelector(".o-pad-add").hidden = false;
    this.render();
    this.judge.follow([], this.rows.list);
  }

  load() {
    const fields = [...this.body.rows].map((tr) => newRow(PARTS.map((part) => tr.querySelector(`[name=${part}]`).value)));
    const typed = fields.filter((row) => !isBlank(row)); // before this script was there, or refused by the portal
    const refused = this.text.value.trim() ? this.text.value.split("\n").map((line) => newRow(line.split("\t"))) : [];
    const { rows, isSent } = refused.length ? { rows: refused, isSent: false } : kept(this.pad.dataset.key);
    return isSent ? new Rows(typed, rows) : new Rows([...rows, ...typed]);
  }

  listen() {
    this.body.addEventListener("input", (event) => this.onInput(event.target));
    this.body.addEventListener("change", (event) => this.onChange(event.target));
    this.body.addEventListener("focusout", () => this.suggest.close());
    this.body.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("paste", (event) => this.onPaste(event));
    this.pad.addEventListener("click", (event) => this.onClick(event.target.closest("button")));
    this.pad.addEventListener("pad:scan", (event) => this.scan(event.detail));
    this.form.addEventListener("submit", (event) => this.onSubmit(event));
    this.leave = () => this.save();
    window.addEventListener("pagehide", this.leave);
  }

  destroy() {
    window.removeEventListener("pagehide", this.leave);
  }

  // Where a field is: the number of its row, and which part of it.
  at(field) {
    return { index: this.page * PAGE + field.closest("tr").sectionRowIndex, part: field.dataset.part };
  }

  onInput(field) {
    const { index, part } = this.at(field);
    this.rows.edit(index, part, field.value);
    if (part === "code") this.suggest.typed(field);
    else this.judge.changed(this.rows.list[index], PAUSE[part]);
    this.grown();
    this.saveLater();
  }

  onChange(field) {
    if (field.dataset.part === "code") this.judge.changed(this.rows.list[this.at(field).index], 0);
  }

  // A row typed into the last place makes the next one.
  grown() {
    const missing = Math.min(this.rows.list.length - this.page * PAGE, PAGE) - this.body.rows.length;
    for (let more = 0; more < missing; more += 1) this.body.append(this.build(this.page * PAGE + this.body.rows.length));
    if (missing || this.rows.list.length > PAGE) this.showPager();
    this.showSteps();
  }

  onKey(event) {
    const field = event.target;
    const part = field.dataset.part;
    if (!field.matches("input, select") || !PARTS.includes(part)) return;
    if (part === "code") this.measure(event);
    if (part === "code" && this.suggest.onKey(event)) return;
    const { index } = this.at(field);
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (event.key === "Enter" && part === "code" && this.isScan(field)) this.scan(field.value.trim(), index);
    else if (event.key === "Enter" && event.altKey) this.insert(index, part);
    else if (event.key === "Enter") part === "code" ? this.focus(index, "quantity") : this.focus(index + 1, "code");
    else if (isCommand && key === "z") this.step(event.shiftKey ? "redo" : "undo");
    else if (isCommand && key === "y") this.step("redo");
    else if (isCommand && event.key === "Delete") this.remove(index, part);
    else if (event.key === "PageDown" || event.key === "PageUp") this.turn(event.key === "PageDown" ? 1 : -1, part);
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && part !== "unit" && !event.altKey) this.focus(index + (event.key === "ArrowDown" ? 1 : -1), part);
    else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && this.isAtEdge(field, event.key)) this.sideways(index, part, event.key === "ArrowLeft" ? -1 : 1);
    else return;
    event.preventDefault();
  }

  isAtEdge(field, key) {
    if (field.matches("select")) return true;
    const place = key === "ArrowLeft" ? 0 : field.value.length;
    const isAll = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    return isAll || (field.selectionStart === place && field.selectionEnd === place);
  }

  sideways(index, part, step) {
    const next = PARTS[PARTS.indexOf(part) + step];
    if (next) this.focus(index, next);
  }

  // A scanner types faster than anybody.
  measure(event) {
    if (event.key.length > 1 || event.ctrlKey || event.metaKey) return;
    const now = performance.now();
    const goesOn = this.burst.field === event.target && now - this.burst.last < 4 * SCANNED.milliseconds;
    this.burst = goesOn ? { ...this.burst, last: now, letters: this.burst.letters + 1 } : { field: event.target, start: now, last: now, letters: 1 };
  }

  isScan(field) {
    const { letters, start, last } = this.burst;
    return this.burst.field === field && letters >= SCANNED.letters && letters === field.value.length && (last - start) / (letters - 1) < SCANNED.milliseconds;
  }

  // One piece more of a code that is there, else a row of its own.
  scan(code, typedIn = -1) {
    this.suggest.close();
    const list = [...this.rows.list];
    const same = list.findIndex((row, index) => index !== typedIn && row.code.trim().toUpperCase() === code.toUpperCase() && /^\d{0,9}$/.test(row.quantity.trim()));
    const free = typedIn >= 0 ? typedIn : list.findIndex(isBlank);
    if (same >= 0) {
      list[same] = { ...list[same], quantity: String(Number(list[same].quantity) + 1) };
      if (typedIn >= 0) list[typedIn] = { ...list[typedIn], code: "" };
    } else {
      list[free] = { ...list[free], code, quantity: list[free].quantity || "1" };
    }
    const next = typedIn < 0 ? -1 : same >= 0 ? typedIn : typedIn + 1;
    this.apply(() => this.rows.change(list), next >= 0 ? { index: next, part: "code" } : null);
    this.count(this.pad.dataset.scanned.replace("#", code));
  }

  async onPaste(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    if (!PARTS.includes(event.target.dataset.part) || !isBlock(text)) return;
    event.preventDefault();
    this.suggest.close();
    const { index, part } = this.at(event.target);
    const block = plainBlock(text) ?? (part === "code" ? await readBlock(text, this.pad.dataset.read, this.token) : text.split(/\r?\n/).map((line) => line.split("\t")));
    this.apply(() => this.rows.place(index, part, block), { index: index + block.length, part });
  }

  onClick(button) {
    if (!button) return;
    const row = button.closest("tbody tr");
    const index = row ? this.page * PAGE + row.sectionRowIndex : -1;
    const { take, part, step } = button.dataset;
    if (take !== undefined) this.apply(() => this.rows.edit(index, part, take), { index, part: part === "code" ? "quantity" : part });
    else if (step) this.nudge(index, Number(step));
    else this[{ undo: "stepBack", redo: "stepOn", insert: "insert", remove: "remove", clear: "clear", back: "back", next: "next" }[button.dataset.do]]?.(index, "code");
  }

  stepBack() { this.step("undo"); }
  stepOn() { this.step("redo"); }
  back() { this.turn(-1, "code"); }
  next() { this.turn(1, "code"); }
  insert(index, part) { this.apply(() => this.rows.insert(index), { index, part }); }
  remove(index, part) { this.apply(() => this.rows.remove(index), { index, part }); }
  clear() { this.apply(() => this.rows.clear(), { index: 0, part: "code" }); }

  // Plus and minus beside a quantity keep to the article's step.
  nudge(index, sign) {
    const row = this.rows.list[index];
    const size = Number(this.judge.answers.get(row.id)?.step) || 1;
    const isEnglish = document.documentElement.lang === "en";
    const typed = row.quantity.replace(/[\s\u00a0\u202f]/g, "");
    const value = Number(isEnglish ? typed.replaceAll(",", "") : typed.replace(",", "."));
    if (Number.isNaN(value)) return;
    const digits = (String(size).split(".")[1] ?? "").length;
    const steps = sign > 0 ? Math.floor(value / size + 1e-9) + 1 : Math.ceil(value / size - 1e-9) - 1;
    const shown = Math.max(steps * size, size).toFixed(digits);
    const quantity = isEnglish ? shown : shown.replace(".", ",");
    this.rows.edit(index, "quantity", quantity);
    this.body.rows[index - this.page * PAGE].querySelector("[data-part=quantity]").value = quantity;
    this.judge.changed(this.rows.list[index], PAUSE.quantity);
    this.grown();
    this.saveLater();
  }

  choose(field, code) {
    const { index } = this.at(field);
    this.rows.edit(index, "code", code);
    field.value = code;
    this.judge.changed(this.rows.list[index], 0);
    this.grown();
    this.saveLater();
    this.focus(index, "quantity");
  }

  step(way) {
    const { index, part } = document.activeElement.closest("tbody") === this.body ? this.at(document.activeElement) : {};
    this.apply(() => this.rows[way](), index === undefined ? null : { index, part: part ?? "code" });
  }

  // A change of several rows: shown, judged, kept.
  apply(change, focus = null) {
    const before = this.rows.list;
    change();
    if (before !== this.rows.list) this.judge.follow(before, this.rows.list);
    this.page = Math.min(this.page, this.lastPage);
    this.render();
    this.saveLater();
    if (focus) this.focus(focus.index, focus.part);
  }

  get lastPage() {
    return Math.floor((this.rows.list.length - 1) / PAGE);
  }

  turn(step, part) {
    const page = Math.min(Math.max(this.page + step, 0), this.lastPage);
    if (page !== this.page) this.focus(page * PAGE, part);
  }

  focus(index, part) {
    const place = Math.min(Math.max(index, 0), this.rows.list.length - 1);
    const page = Math.floor(place / PAGE);
    if (page !== this.page) {
      this.page = page;
      this.render();
    }
    const field = this.body.rows[place - page * PAGE].querySelector(`:is(input, select)[data-part=${part}]`);
    field.focus();
    field.select?.();
  }

  render() {
    const first = this.page * PAGE;
    const shown = this.rows.list.slice(first, first + PAGE);
    this.pad.append(this.pad.querySelector(".o-pad-suggestions"));
    this.body.replaceChildren(...shown.map((_row, offset) => this.build(first + offset)));
    this.showPager();
    this.showSteps();
    this.count();
  }

  build(index) {
    const row = this.rows.list[index];
    const tr = this.template.cloneNode(true);
    tr.querySelector(".o-pad-no").textContent = index + 1;
    for (const part of PARTS) {
      const field = tr.querySelector(`:is(input, select)[data-part=${part}]`);
      field.setAttribute("aria-label", this.pad.dataset[part === "code" ? "article" : part].replace("#", index + 1));
      if (part !== "unit") field.value = row[part];
    }
    const code = tr.querySelector("input[data-part=code]");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": "o-pad-suggestions" })) code.setAttribute(name, value);
    this.fill(tr, row);
    return tr;
  }

  // What is known of a row, beside its fields: nothing that somebody may be typing into is touched.
  fill(tr, row) {
    const said = this.judge?.answers.get(row.id);
    tr.dataset.state = said?.state ?? "";
    for (const cell of said?.cells ?? []) tr.querySelector(`td[data-part=${cell.dataset.part}]`).replaceChildren(...[...cell.childNodes].map((node) => node.cloneNode(true)));
    if (!said) for (const cell of tr.querySelectorAll("td[data-part]")) cell.replaceChildren();
    this.fillUnits(tr.querySelector("select"), row, said);
  }

  fillUnits(select, row, said) {
    if (select === document.activeElement) return;
    const units = said?.units ? said.units.split("|").map((unit) => unit.split("=")) : [];
    const known = units.map(([code]) => code);
    const written = row.unit && !known.includes(row.unit) ? [[row.unit, row.unit]] : [];
    const options = said?.units ? units : [["", ""]];
    select.replaceChildren(...[...written, ...options].map(([code, name]) => new Option(name, code)));
    select.value = row.unit || (known.includes(said?.unit) ? said.unit : (known[0] ?? ""));
    if (said?.state !== "wrong" && written.length && known.includes(said?.unit)) select.value = said.unit;
  }

  tell(ids) {
    const told = new Set(ids);
    [...this.body.rows].forEach((tr, offset) => {
      const row = this.rows.list[this.page * PAGE + offset];
      if (row && told.has(row.id)) this.fill(tr, row);
    });
  }

  showPager() {
    const total = this.rows.list.length;
    const pager = this.pad.querySelector(".o-pad-pager");
    pager.hidden = total <= PAGE;
    const range = { "#1": this.page * PAGE + 1, "#2": Math.min((this.page + 1) * PAGE, total), "#3": total };
    pager.querySelector("[data-part=range]").textContent = this.pad.dataset.range.replace(/#\d/g, (sign) => this.number(range[sign]));
    pager.querySelector("[data-do=back]").disabled = this.page === 0;
    pager.querySelector("[data-do=next]").disabled = this.page >= this.lastPage;
  }

  showSteps() {
    this.pad.querySelector("[data-do=undo]").disabled = !this.rows.past.length;
    this.pad.querySelector("[data-do=redo]").disabled = !this.rows.future.length;
  }

  number(value, digits = 0) {
    return value.toLocaleString(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  count(news = "") {
    const { good, wrong, open, minor, busy } = this.judge.totals();
    const { lines, wrong: wrongWords, open: openWords, busy: busyWords, currency, digits } = this.pad.dataset;
    const parts = [[lines, good], [wrongWords, wrong], [openWords, open], [busyWords, busy]]
      .filter(([, count], place) => count || (place === 0 && !wrong && !open && !busy))
      .map(([words, count]) => words.replace("#", this.number(count)));
    const strong = document.createElement("strong");
    strong.className = "k-num";
    strong.textContent = `${this.number(minor / 10 ** Number(digits), Number(digits))}\u00a0${currency}`;
    const trouble = this.judge.trouble ? ` ${this.pad.dataset[this.judge.trouble]}` : "";
    this.sum.replaceChildren(`${news ? `${news} · ` : ""}${parts.join(" · ")} `, strong, trouble);
    this.sum.dataset.busy = String(busy);
  }

  saveLater() {
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.save(), 150);
  }

  save() {
    if (!this.isSent) keep(this.pad.dataset.key, this.rows.entered);
  }

  onSubmit(event) {
    this.text.value = this.rows.entered.map((row) => cellsOf(row).map((cell) => cell.replace(/[\t\r\n]/g, " ")).join("\t")).join("\n");
    this.isSent = event.submitter?.classList.contains("o-pad-add") ?? false;
    keep(this.pad.dataset.key, this.rows.entered, this.isSent);
  }
}
