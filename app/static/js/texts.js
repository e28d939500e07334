// Words for scripts come translated from the page: <template id="k-text" data-failed="...">.
export function text(name) {
  return document.getElementById("k-text")?.dataset[name] ?? "";
}
