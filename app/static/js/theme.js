// Light, dark or as the device, at once; the form posts the same choice without script.
export default class Theme {
  constructor(form) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (button?.name !== "theme") return;
      event.preventDefault();
      this.choose(button.value);
    });
  }

  choose(theme) {
    const root = document.documentElement;
    if (theme === "auto") delete root.dataset.bsTheme;
    else root.dataset.bsTheme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `kontor_theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    for (const button of document.querySelectorAll("button[name=theme]")) {
      button.toggleAttribute("aria-pressed", false);
      if (button.value === theme) button.setAttribute("aria-pressed", "true");
    }
  }
}
