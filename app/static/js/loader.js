// Binds <x data-module="stepper"> to stepper.js, which exports one class; follows htmx swaps. No build step.
const version = new URL(import.meta.url).search;
const bound = new WeakMap();

async function bind(element) {
  if (bound.has(element)) return;
  bound.set(element, []);
  for (const name of element.dataset.module.split(" ")) {
    const { default: Module } = await import(`./${name}.js${version}`);
    if (element.isConnected) bound.get(element).push(new Module(element));
  }
}

function within(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  return [...(node.matches("[data-module]") ? [node] : []), ...node.querySelectorAll("[data-module]")];
}

function release(element) {
  if (element.isConnected) return;
  for (const module of bound.get(element) ?? []) module.destroy?.();
  bound.delete(element);
}

new MutationObserver((changes) => {
  for (const change of changes) {
    change.removedNodes.forEach((node) => within(node).forEach(release));
    change.addedNodes.forEach((node) => within(node).forEach(bind));
  }
}).observe(document.documentElement, { childList: true, subtree: true });
within(document.documentElement).forEach(bind);
