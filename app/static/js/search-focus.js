// "/" brings the cursor into the search field, wherever nothing is being typed.
import { isTyping } from "./typing.js";

export default class SearchFocus {
  constructor(form) {
    this.field = form.querySelector("input[type=search]");
    this.listener = (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      this.field.focus();
      this.field.select();
    };
    document.addEventListener("keydown", this.listener);
  }

  destroy() {
    document.removeEventListener("keydown", this.listener);
  }
}
