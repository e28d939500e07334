// The place of banners: close buttons, and what htmx could not swap in (5xx, no connection) as a banner.
import { text } from "./texts.js";

export default class Banners {
  constructor(region) {
    this.region = region;
    this.reveal = () => region.querySelectorAll("[data-close][hidden]").forEach((button) => (button.hidden = false));
    this.reveal();
    new MutationObserver(this.reveal).observe(region, { childList: true });
    region.addEventListener("click", (event) => event.target.closest("[data-close]")?.closest(".k-banner").remove());
    this.failed = (event) => this.onFailure(event.detail.ctx);
    document.addEventListener("htmx:response:error", this.failed);
    document.addEventListener("htmx:error", this.failed);
  }

  onFailure(ctx) {
    const status = ctx?.response?.status ?? 0;
    if (status > 0 && status < 500) return; // swapped in like any answer
    const answer = new DOMParser().parseFromString(ctx?.text ?? "", "text/html").querySelector(".k-banner");
    this.region.append(answer ? document.importNode(answer, true) : this.plain());
  }

  plain() {
    const banner = document.createElement("div");
    banner.className = "k-banner k-bad";
    banner.textContent = text("failed");
    return banner;
  }

  destroy() {
    document.removeEventListener("htmx:response:error", this.failed);
    document.removeEventListener("htmx:error", this.failed);
  }
}
