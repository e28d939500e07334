// Files may be dropped on the zone of a file field; the field stays the one that is sent.
export default class DropZone {
  constructor(zone) {
    this.zone = zone;
    this.field = zone.querySelector("input[type=file]");
    this.name = zone.querySelector(".k-drop-name");
    zone.querySelector("[data-hint]")?.removeAttribute("hidden");
    for (const type of ["dragenter", "dragover"]) zone.addEventListener(type, (event) => this.mark(event, true));
    for (const type of ["dragleave", "drop"]) zone.addEventListener(type, (event) => this.mark(event, false));
    zone.addEventListener("drop", (event) => this.take(event.dataTransfer.files));
    this.field.addEventListener("change", () => this.show());
  }

  mark(event, isOver) {
    event.preventDefault();
    this.zone.classList.toggle("k-over", isOver);
  }

  take(files) {
    if (!files.length) return;
    this.field.files = files;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  show() {
    const language = document.documentElement.lang;
    this.name.textContent = [...this.field.files]
      .map((file) => `${file.name} · ${Math.max(1, Math.round(file.size / 1000)).toLocaleString(language)} kB`)
      .join(", ");
  }
}
