// A link that opens a dialog of this page; its address shows the same on a page of its own.
export default class DialogLink {
  constructor(link) {
    link.addEventListener("click", (event) => {
      const dialog = document.getElementById(link.dataset.dialog);
      if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      dialog.showModal();
    });
  }
}
