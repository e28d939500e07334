// A form whose preview follows what is entered: shortly after a change its preview button is pressed.
export default class PreviewForm {
  constructor(form) {
    this.form = form;
    this.button = form.querySelector("[data-preview]");
    form.addEventListener("input", (event) => this.onInput(event));
  }

  onInput(event) {
    if (event.target.closest("[data-preview]")) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.form.requestSubmit(this.button), 700);
  }

  destroy() {
    clearTimeout(this.timer);
  }
}
