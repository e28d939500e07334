// A form that is sent as soon as the page is there; its button does the same without script.
export default class AutoSubmit {
  constructor(form) {
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    form.requestSubmit();
  }
}
