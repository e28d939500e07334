// Minus and plus beside a quantity; keeps to the step and the bounds, leaves odd text to the server.
export default class Stepper {
  constructor(element) {
    this.field = element.querySelector("input");
    this.step = Number(element.dataset.step) || 1;
    for (const [selector, sign] of [["[data-down]", -1], ["[data-up]", 1]]) {
      const button = element.querySelector(selector);
      button.hidden = false;
      button.addEventListener("click", () => this.move(sign));
    }
    this.field.addEventListener("keydown", (event) => {
      const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!sign) return;
      event.preventDefault();
      this.move(sign);
    });
  }

  move(sign) {
    const isEnglish = document.documentElement.lang === "en";
    const typed = this.field.value.replace(/[\s\u00a0\u202f]/g, "");
    const value = Number(isEnglish ? typed.replaceAll(",", "") : typed.replace(",", "."));
    if (Number.isNaN(value)) return;
    const { minimum, maximum } = this.field.dataset;
    const steps = sign > 0 ? Math.floor(value / this.step + 1e-9) + 1 : Math.ceil(value / this.step - 1e-9) - 1;
    const digits = (String(this.step).split(".")[1] ?? "").length;
    const next = Math.min(Math.max(steps * this.step, Number(minimum) || 0), maximum ? Number(maximum) : Infinity);
    const shown = next.toFixed(digits);
    this.field.value = isEnglish ? shown : shown.replace(".", ",");
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
