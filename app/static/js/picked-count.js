// Shows how many rows of the form's table are selected: <span data-module="picked-count" data-none="...">.
export default class PickedCount {
  constructor(element) {
    const form = element.closest("form") ?? document;
    form.addEventListener("kontor:picked", (event) => {
      element.textContent = event.detail.count || "";
    });
  }
}
