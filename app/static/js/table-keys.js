// Tables by keyboard: arrows, Home and End move, space selects, enter opens, Escape leaves, "?" shows the keys.
import { isTyping } from "./typing.js";

export default class TableKeys {
  constructor(table) {
    this.table = table;
    this.moveTo(this.rows()[0], false);
    table.addEventListener("keydown", (event) => this.onKey(event));
    table.addEventListener("focusin", (event) => this.moveTo(event.target.closest("tbody tr"), false));
    table.addEventListener("change", (event) => this.onChange(event.target));
    const all = table.querySelector("[data-pick-all]");
    if (all) all.hidden = false;
    this.help = (event) => this.onHelp(event);
    document.addEventListener("keydown", this.help);
  }

  rows() {
    return [...this.table.querySelectorAll("tbody tr")];
  }

  boxes() {
    return [...this.table.querySelectorAll("tbody .k-pick input")];
  }

  moveTo(row, focus = true) {
    if (!row) return;
    row.tabIndex = 0;
    for (const other of this.table.querySelectorAll("tbody tr[tabindex]")) {
      if (other !== row) other.removeAttribute("tabindex");
    }
    if (focus) row.focus();
  }

  onKey(event) {
    const row = event.target.closest("tbody tr");
    if (!row || (isTyping(event.target) && event.key !== "Escape")) return;
    const rows = this.rows();
    const here = rows.indexOf(row);
    const target = { ArrowDown: rows[here + 1], ArrowUp: rows[here - 1], Home: rows[0], End: rows.at(-1) }[event.key];
    if (target) this.moveTo(target);
    else if (event.key === " " && event.target === row) row.querySelector(".k-pick input")?.click();
    else if (event.key === "Enter" && event.target === row) row.querySelector(".k-row-link")?.click();
    else if (event.key === "Escape") document.activeElement.blur();
    else return;
    event.preventDefault();
  }

  onChange(input) {
    if (input.matches("[data-pick-all]")) this.boxes().forEach((box) => (box.checked = input.checked));
    for (const box of this.boxes()) box.closest("tr").toggleAttribute("data-picked", box.checked);
    const count = this.boxes().filter((box) => box.checked).length;
    this.table.dispatchEvent(new CustomEvent("kontor:picked", { bubbles: true, detail: { count } }));
  }

  onHelp(event) {
    const dialog = document.getElementById("k-keys");
    if (event.key !== "?" || isTyping(event.target) || !dialog || dialog.open) return;
    event.preventDefault();
    dialog.showModal();
  }

  destroy() {
    document.removeEventListener("keydown", this.help);
  }
}
