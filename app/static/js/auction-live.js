// A live auction: asks every second whether anything is new, lets times run by the server's clock, survives reloads and
// lost connections. A price is sent again under the same reference until the server has answered, so it counts once.
const EVERY = 1000;
const HIDDEN = 4000;
const PATIENCE = 8000; // an answer that takes longer counts as lost
const TRIES = 5;
const SPOKEN = 10000; // readers hear of a rank no more often than this

export default class AuctionLive {
  constructor(frame) {
    this.frame = frame;
    this.place = frame.querySelector("[data-part]");
    this.ahead = 0;
    this.spokenAt = 0;
    this.note(Number(this.part.dataset.now));
    frame.addEventListener("submit", (event) => this.send(event));
    this.wake = () => document.visibilityState === "visible" && this.plan(0);
    document.addEventListener("visibilitychange", this.wake);
    window.addEventListener("online", this.wake);
    this.clock = setInterval(() => this.tick(), 200);
    this.tick();
    this.plan(EVERY * (0.5 + Math.random() / 2)); // fifty pages opened at once do not ask at once
  }

  get part() {
    return this.place.firstElementChild;
  }

  get isOver() {
    return ["ended", "stopped"].includes(this.part.dataset.state);
  }

  now() {
    return Date.now() + this.ahead;
  }

  note(server, travelled = 0) {
    if (server) this.ahead = server + travelled / 2 - Date.now();
  }

  plan(pause) {
    clearTimeout(this.timer);
    if (this.frame.isConnected) this.timer = setTimeout(() => this.ask(), pause);
  }

  tick() {
    const time = new Date(this.now());
    this.frame.querySelector("[data-clock]").textContent = time.toLocaleTimeString([], { hour12: false, timeZone: this.zone() });
    for (const place of this.place.querySelectorAll("[data-left]")) {
      const left = Math.max(0, Math.ceil((Number(place.dataset.left) - this.now()) / 1000));
      const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
      const pad = (number) => String(number).padStart(2, "0");
      place.textContent = hours ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${pad(minutes)}:${pad(seconds)}`;
      place.parentElement.classList.toggle("au-soon", left <= 60);
    }
  }

  zone() {
    return this.frame.dataset.zone || undefined;
  }

  async ask() {
    const address = new URL(this.frame.dataset.live, location.href);
    const isDue = Number(this.part.dataset.change ?? Infinity) <= this.now();
    address.searchParams.set("since", isDue ? 0 : this.part.dataset.revision);
    try {
      const began = performance.now();
      const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      this.note(Number(answer.headers.get("X-Auction-Now")), performance.now() - began);
      if (answer.status === 200) this.show(await answer.text());
      this.lost(false);
    } catch {
      this.lost(true);
    }
    if (!this.isOver) this.plan(document.visibilityState === "visible" ? EVERY : HIDDEN);
  }

  lost(isLost) {
    this.frame.querySelector("[data-lost]").hidden = !isLost;
  }

  show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector(".au-part");
    if (!fresh || Number(fresh.dataset.revision) < Number(this.part.dataset.revision)) return;
    const said = this.place.querySelector(".au-said[role=alert]");
    const isHeld = said && !fresh.querySelector(".au-said") && Date.now() - this.saidAt < SPOKEN;
    this.place.replaceChildren(fresh);
    if (isHeld) fresh.querySelector(".au-facts")?.before(said);
    this.speak();
    this.tick();
    const typed = this.frame.querySelector("[data-typed]");
    if (this.isOver) typed?.remove();
    else if (typed && fresh.dataset.turn) typed.hidden = fresh.dataset.turn === "no";
  }

  speak() {
    const place = this.frame.querySelector("[data-spoken]");
    const rank = this.place.querySelector("[data-rank]")?.textContent;
    if (!rank || rank === this.rank || Date.now() - this.spokenAt < SPOKEN) return;
    this.rank = rank;
    this.spokenAt = Date.now();
    place.textContent = place.dataset.words.replace("RANK", rank);
  }

  async send(event) {
    const form = event.target.closest("[data-bid]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.isSending) return;
    this.isSending = true;
    const body = new FormData(form);
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          const answer = await fetch(form.action, {
            method: "POST", body, headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE),
          });
          if (answer.status >= 500) throw new Error(String(answer.status));
          if (![200, 409, 422].includes(answer.status)) return location.reload();
          this.answered(form, await answer.text());
          return;
        } catch {
          this.lost(true);
          if (attempt === TRIES) return;
          await new Promise((done) => setTimeout(done, EVERY));
        }
      }
    } finally {
      this.isSending = false;
      button.disabled = false;
    }
  }

  answered(form, html) {
    this.lost(false);
    this.saidAt = Date.now();
    this.show(html);
    const ref = form.elements.client_ref;
    if (ref && form.isConnected) ref.value = this.part.dataset.fresh;
    if (this.part.dataset.accepted && form.matches("[data-typed]")) form.elements.price.value = "";
    this.plan(EVERY);
  }

  destroy() {
    clearTimeout(this.timer);
    clearInterval(this.clock);
    document.removeEventListener("visibilitychange", this.wake);
    window.removeEventListener("online", this.wake);
  }
}
