// An open cart notices what colleagues and one's other devices do: it asks for the version every few seconds while it is
// looked at, more and more seldom while nothing happens, and draws changed rows anew. What is being typed stays.
const FIRST = 3000;
const LONGEST = 30000;
const BEHIND = 3; // this much of the pause is added for each try that failed

export default class CartLive {
  constructor(line) {
    this.line = line;
    this.pause = FIRST;
    this.wake = () => document.visibilityState === "visible" && this.start(FIRST);
    document.addEventListener("visibilitychange", this.wake);
    this.start(FIRST);
  }

  start(pause) {
    this.pause = pause;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), pause);
  }

  async look() {
    if (document.visibilityState !== "visible") return;
    let next = Math.min(this.pause * 1.3, LONGEST);
    try {
      const answer = await fetch(this.line.dataset.pulse, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { version, state, others } = await answer.json();
      this.tell(others);
      if (state !== "open") return this.say(this.line.dataset.ordered);
      if (version > Number(this.line.dataset.version)) {
        await this.renew(version);
        next = FIRST;
      } else if (others.length) {
        next = Math.min(next, 2 * FIRST);
      }
    } catch {
      next = Math.min(this.pause * BEHIND, LONGEST);
    }
    if (this.line.isConnected) this.start(next);
  }

  tell(others) {
    const text = others.length ? this.line.dataset.here.replace("NAMES", others.join(", ")) : "";
    const place = this.line.querySelector("[data-others]");
    if (place.textContent !== text) place.textContent = text;
  }

  say(text) {
    this.line.querySelector("[data-others]").textContent = text;
  }

  async renew(version) {
    const address = new URL(this.line.dataset.changes, location.href);
    address.searchParams.set("since", this.line.dataset.version);
    if (this.line.dataset.appends) address.searchParams.set("appends", "1");
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (answer.status === 205) {
      if (!this.typed().length) location.reload();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const parts = this.parts(await answer.text());
    const held = this.typed();
    parts.forEach((part) => this.swap(part));
    held.forEach((one) => this.giveBack(one));
    this.line.dataset.version = answer.headers.get("X-Cart-Version") ?? version;
  }

  // Rows outside a table do not survive parsing, hence each part is read as a template, as htmx does.
  parts(text) {
    const html = text.replaceAll("<hx-partial", "<template").replaceAll("</hx-partial>", "</template>");
    return [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("template[hx-target]")];
  }

  swap(part) {
    const target = document.querySelector(part.getAttribute("hx-target"));
    if (!target) return;
    const how = part.getAttribute("hx-swap");
    if (how === "delete") target.remove();
    else if (how === "beforeend") target.append(part.content);
    else if (how === "innerHTML") target.replaceChildren(part.content);
    else target.replaceWith(part.content);
  }

  typed() {
    return [...document.querySelectorAll("#cart-lines input[name^=quantity-]")]
      .filter((field) => field === document.activeElement || field.value !== field.defaultValue)
      .map((field) => ({
        id: field.id,
        value: field.value,
        isTouched: field.value !== field.defaultValue,
        isFocused: field === document.activeElement,
        was: field.form.elements[field.name.replace("quantity-", "was-")]?.value,
        from: field.selectionStart,
        to: field.selectionEnd,
      }));
  }

  giveBack({ id, value, isTouched, isFocused, was, from, to }) {
    const field = document.getElementById(id);
    if (!field) return;
    if (isTouched) {
      field.value = value;
      const before = field.form.elements[field.name.replace("quantity-", "was-")];
      if (before) before.value = was;
    }
    if (isFocused && field !== document.activeElement) {
      field.focus({ preventScroll: true });
      field.setSelectionRange(from, to);
    }
  }

  destroy() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.wake);
  }
}
