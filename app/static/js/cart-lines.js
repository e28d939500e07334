// The cart: a changed quantity is sent by itself, one after the other; removing and suggested quantities the same way.
export default class CartLines {
  constructor(form) {
    this.form = form;
    this.waiting = Promise.resolve();
    form.querySelector(".o-update")?.setAttribute("hidden", "");
    form.addEventListener("change", (event) => this.onChange(event.target));
    form.addEventListener("keydown", (event) => this.onKey(event));
    form.addEventListener("submit", (event) => this.onSubmit(event));
    // typed before this script was there
    for (const field of form.querySelectorAll("input[name^=quantity-]:not(.is-invalid)")) {
      if (field.value !== field.defaultValue && field !== document.activeElement) this.onChange(field);
    }
  }

  onChange(field) {
    if (!field.name?.startsWith("quantity-")) return;
    const was = this.form.elements[field.name.replace("quantity-", "was-")];
    this.send({ [field.name]: field.value, ...(was && { [was.name]: was.value }) });
  }

  onKey(event) {
    if (event.key !== "Enter" || !event.target.matches("input[name^=quantity-]")) return;
    event.preventDefault();
    const fields = [...this.form.querySelectorAll("input[name^=quantity-]")];
    const next = fields[fields.indexOf(event.target) + 1];
    if (next) next.focus();
    else event.target.blur();
    next?.select();
  }

  // what is ticked goes with the whole form
  onSubmit(event) {
    const button = event.submitter;
    if (!button?.name || button.dataset.whole !== undefined) return;
    event.preventDefault();
    this.send({ [button.name]: button.value });
  }

  send(values) {
    const whole = { cart: this.form.elements.cart.value, ...values };
    const ask = () =>
      htmx.ajax("POST", this.form.getAttribute("action"), { values: whole, target: this.form, swap: "none" });
    const focused = document.activeElement?.id;
    this.waiting = this.waiting.then(ask, ask).then(() => {
      if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    });
  }
}
