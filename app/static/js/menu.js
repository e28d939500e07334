// A <details> as a menu: closes on Escape and on a press elsewhere; arrows move between its entries.
export default class Menu {
  constructor(details) {
    this.details = details;
    this.summary = details.querySelector("summary");
    this.outside = (event) => {
      if (!details.contains(event.target)) details.open = false;
    };
    details.addEventListener("keydown", (event) => this.onKey(event));
    details.addEventListener("toggle", () => this.onToggle());
  }

  entries() {
    return [...this.details.querySelectorAll("a[href], button:not([disabled]), input:not([type=hidden])")];
  }

  onToggle() {
    document[this.details.open ? "addEventListener" : "removeEventListener"]("pointerdown", this.outside);
  }

  onKey(event) {
    if (event.key === "Escape" && this.details.open) {
      this.details.open = false;
      this.summary.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    this.details.open = true;
    const entries = this.entries();
    const next = entries.indexOf(document.activeElement) + step;
    entries[(next + entries.length) % entries.length]?.focus();
  }

  destroy() {
    document.removeEventListener("pointerdown", this.outside);
  }
}
