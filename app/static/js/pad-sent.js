// On the page that checks typed rows: once they go into the cart, the pad starts empty.
import { markSent } from "./pad-store.js";

export default class PadSent {
  constructor(form) {
    form.addEventListener("submit", (event) => {
      if (event.submitter?.hasAttribute("data-sends")) markSent(form.dataset.key);
    });
  }
}
