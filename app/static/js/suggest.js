// Suggestions under a text field: data-address answers ?q= with <option value="code">words</option>.
// Arrows choose, Enter takes, Escape closes. Without script the field is a plain one.
let count = 0;

export default class Suggest {
  constructor(field) {
    this.field = field.matches("input") ? field : field.querySelector("input:not([type=hidden])");
    this.address = field.dataset.address;
    this.list = document.createElement("ul");
    this.list.className = "k-suggestions";
    this.list.id = `k-suggestions-${(count += 1)}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.field.labels?.[0]?.innerText ?? this.field.ariaLabel ?? "");
    this.field.after(this.list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": this.list.id, autocomplete: "off" })) {
      this.field.setAttribute(name, value);
    }
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("keydown", (event) => this.onKey(event));
    this.field.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  later() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const text = this.field.value.trim();
    if (text.length < 2) this.close();
    else this.timer = setTimeout(() => this.ask(text), 150);
  }

  async ask(text) {
    const asked = new AbortController();
    this.asked = asked;
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };
    const address = `${this.address}?${new URLSearchParams({ q: text })}`;
    try {
      const answer = await fetch(address, { headers, signal: asked.signal });
      if (answer.ok && document.activeElement === this.field) this.show(await answer.text());
    } catch {
      if (!asked.signal.aborted) this.close(); // no connection: the field works without
    }
  }

  show(html) {
    const options = new DOMParser().parseFromString(`<select>${html}</select>`, "text/html").querySelectorAll("option");
    this.list.replaceChildren(...[...options].map((option, index) => this.entry(option, index)));
    this.list.hidden = options.length === 0;
    this.field.setAttribute("aria-expanded", String(options.length > 0));
    this.mark(null);
  }

  entry(option, index) {
    const entry = document.createElement("li");
    const code = document.createElement("strong");
    entry.id = `${this.list.id}-${index}`;
    entry.setAttribute("role", "option");
    entry.dataset.value = option.value;
    code.textContent = option.value;
    entry.append(code, " ", option.textContent.trim());
    return entry;
  }

  mark(entry) {
    for (const other of this.list.children) other.setAttribute("aria-selected", String(other === entry));
    if (entry) this.field.setAttribute("aria-activedescendant", entry.id);
    else this.field.removeAttribute("aria-activedescendant");
    entry?.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    if (this.list.hidden) return;
    const entries = [...this.list.children];
    const here = entries.findIndex((entry) => entry.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.mark(entries[(here + step + (here < 0 && step < 0 ? 1 : 0) + entries.length) % entries.length]);
    else if (event.key === "Enter" && here >= 0) this.take(entries[here]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(entry) {
    if (!entry) return;
    this.field.value = entry.dataset.value;
    this.close();
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    if (this.field.type === "search") this.field.form?.requestSubmit();
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  destroy() {
    this.asked?.abort();
    clearTimeout(this.timer);
  }
}
