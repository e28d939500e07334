// Answers to questions asked often, shown while somebody writes: data-address answers ?text= with a part of the page.
// What was shown while writing is not asked about again when the form is sent. Without script it is asked then.
export default class FaqLive {
  constructor(frame) {
    this.text = frame.querySelector("textarea");
    this.anyway = frame.querySelector("input[name=anyway]");
    this.reference = frame.querySelector("input[name=client_ref]");
    this.found = frame.querySelector("[data-found]");
    this.address = frame.dataset.address;
    this.text?.addEventListener("input", () => this.later());
  }

  later() {
    clearTimeout(this.timer);
    this.asked?.abort();
    const text = this.text.value.trim();
    if (text.length < 6) this.found.replaceChildren();
    else this.timer = setTimeout(() => this.ask(text), 400);
  }

  async ask(text) {
    const asked = new AbortController();
    this.asked = asked;
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial" };
    const values = new URLSearchParams({ text, client_ref: this.reference.value });
    try {
      const answer = await fetch(`${this.address}&${values}`, { headers, signal: asked.signal });
      if (answer.ok) this.show(await answer.text());
    } catch {
      // no connection: the answers are shown when the form is sent
    }
  }

  show(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    this.found.replaceChildren(...page.body.children);
    if (this.found.querySelector(".v-suggested")) this.anyway.value = "1";
  }

  destroy() {
    clearTimeout(this.timer);
    this.asked?.abort();
  }
}
