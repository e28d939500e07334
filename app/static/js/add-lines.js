// Adding from a list: Enter in a quantity adds that row, a suggested quantity is one press away.
export default class AddLines {
  constructor(form) {
    this.form = form;
    form.addEventListener("keydown", (event) => this.onKey(event));
    form.addEventListener("click", (event) => this.onClick(event));
    form.addEventListener("htmx:before:request", (event) => this.onRequest(event));
  }

  onKey(event) {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    this.place(event.target).querySelector("button[name=add]")?.click();
  }

  onClick(event) {
    const button = event.target.closest("[data-take]");
    if (!button) return;
    const place = this.place(button);
    place.querySelector("input[name^=quantity]").value = button.dataset.take;
    place.querySelector("button[name=add]").click();
  }

  // Only the row that was pressed is sent.
  onRequest(event) {
    const body = event.detail.ctx.request.body;
    const id = body.get?.("add");
    if (!id) return;
    const wanted = [`quantity-${id}`, `unit-${id}`];
    for (const name of [...body.keys()]) if (/^(quantity|unit)-/.test(name) && !wanted.includes(name)) body.delete(name);
  }

  place(element) {
    return element.closest("td") ?? this.form;
  }
}
