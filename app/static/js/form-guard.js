// A form is sent once: a second press while the answer is on its way does nothing.
import { text } from "./texts.js";

export default class FormGuard {
  constructor(form) {
    this.form = form;
    form.addEventListener("submit", (event) => this.onSubmit(event));
    this.back = (event) => event.persisted && this.release();
    window.addEventListener("pageshow", this.back);
    form.addEventListener("htmx:finally:request", () => this.release());
  }

  onSubmit(event) {
    if (this.form.dataset.sent) {
      event.preventDefault();
      return;
    }
    const button = event.submitter;
    setTimeout(() => {
      if (event.defaultPrevented && !this.form.matches("[hx-post], [hx-get]")) return;
      this.form.dataset.sent = "true";
      button?.setAttribute("aria-disabled", "true");
      button?.setAttribute("title", text("sending"));
    });
  }

  release() {
    delete this.form.dataset.sent;
    for (const button of this.form.querySelectorAll("[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("title");
    }
  }

  destroy() {
    window.removeEventListener("pageshow", this.back);
  }
}
