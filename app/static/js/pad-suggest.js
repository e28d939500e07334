// Articles that fit what is being typed into a cell of the pad: arrows choose, Enter takes, Escape closes.
const WAIT = 150;

export default class PadSuggest {
  constructor(list, address, onTake) {
    Object.assign(this, { list, address, onTake });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.take(event.target.closest("[role=option]")));
  }

  typed(field) {
    this.close();
    this.field = field;
    const text = field.value.trim();
    if (text.length > 1) this.timer = setTimeout(() => this.ask(text), WAIT);
  }

  async ask(text) {
    const asked = new AbortController();
    this.asked = asked;
    const field = this.field;
    try {
      const address = `${this.address}?${new URLSearchParams({ q: text })}`;
      const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };
      const answer = await fetch(address, { headers, signal: asked.signal });
      const html = answer.ok ? await answer.text() : "";
      if (document.activeElement === field && field.value.trim() === text) this.show(html);
    } catch {
      if (!asked.signal.aborted) this.close(); // no connection: the cell works without; the next letter has closed already
    }
  }

  show(html) {
    const found = new DOMParser().parseFromString(`<select>${html}</select>`, "text/html").querySelectorAll("option");
    this.list.replaceChildren(...[...found].map((option, index) => this.entry(option, index)));
    this.list.hidden = found.length === 0;
    this.field.closest("td").append(this.list);
    this.field.setAttribute("aria-expanded", String(found.length > 0));
  }

  entry(option, index) {
    const entry = document.createElement("li");
    const code = document.createElement("strong");
    entry.id = `${this.list.id}-${index}`;
    entry.setAttribute("role", "option");
    entry.setAttribute("aria-selected", "false");
    entry.dataset.value = option.value;
    code.textContent = option.value;
    entry.append(code, " ", option.textContent.trim());
    return entry;
  }

  // Whether the key was meant for the list.
  onKey(event) {
    if (this.list.hidden) return false;
    const entries = [...this.list.children];
    const here = entries.findIndex((entry) => entry.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.mark(entries[(here + step + (here < 0 && step < 0 ? 1 : 0) + entries.length) % entries.length]);
    else if (event.key === "Enter" && here >= 0) this.take(entries[here]);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  mark(entry) {
    for (const other of this.list.children) other.setAttribute("aria-selected", String(other === entry));
    this.field.setAttribute("aria-activedescendant", entry.id);
    entry.scrollIntoView({ block: "nearest" });
  }

  take(entry) {
    if (!entry) return;
    const field = this.field;
    this.close();
    this.onTake(field, entry.dataset.value);
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.list.hidden = true;
    this.list.replaceChildren();
    this.field?.setAttribute("aria-expanded", "false");
    this.field?.removeAttribute("aria-activedescendant");
  }
}
