// The order pad: completion while typing, each row judged as it stands, Enter goes on, a pasted column fills the rows.
const MOST_ROWS = 200;
const WAIT = 180;

export default class OrderPad {
  constructor(pad) {
    this.pad = pad;
    this.list = pad.querySelector("ol");
    this.options = pad.querySelector("datalist");
    this.paste = document.querySelector("textarea[name=text]");
    pad.addEventListener("input", (event) => this.onInput(event.target));
    pad.addEventListener("change", (event) => this.judge(event.target.closest("li")));
    pad.addEventListener("keydown", (event) => this.onKey(event));
    pad.addEventListener("paste", (event) => this.onPaste(event));
    pad.addEventListener("click", (event) => this.onTake(event.target.closest("[data-take]")));
    for (const row of this.list.children) this.judge(row);
  }

  onInput(field) {
    clearTimeout(this.timer);
    if (field.name !== "code" || field.value.trim().length < 2) return;
    this.timer = setTimeout(async () => {
      const answer = await this.ask(this.pad.dataset.suggest, { q: field.value });
      if (answer !== null && document.activeElement === field) this.options.innerHTML = answer;
    }, WAIT);
  }

  async judge(row) {
    if (!row) return;
    const [code, quantity] = row.querySelectorAll("input");
    const said = row.querySelector(".o-pad-said");
    if (!code.value.trim()) return void said.replaceChildren();
    const asked = `${code.value}\n${quantity.value}`;
    row.dataset.asked = asked;
    const answer = await this.ask(this.pad.dataset.line, { code: code.value, quantity: quantity.value });
    if (answer !== null && row.dataset.asked === asked) said.innerHTML = answer;
  }

  async ask(address, values) {
    try {
      const answer = await fetch(`${address}?${new URLSearchParams(values)}`, { headers: { "HX-Request": "true" } });
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  onKey(event) {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    const [code, quantity] = event.target.closest("li").querySelectorAll("input");
    if (event.target === code) return quantity.focus();
    (event.target.closest("li").nextElementSibling ?? this.add()).querySelector("input").focus();
  }

  onPaste(event) {
    const text = event.clipboardData?.getData("text") ?? "";
    const lines = text.split(/\r?\n/).filter((line) => line.trim());
    if (lines.length < 2 || event.target.name !== "code") return;
    event.preventDefault();
    const simple = lines.every((line) => /^[^\t;]+[\t;][^\t;]+$/.test(line.trim()));
    if (!simple || lines.length > MOST_ROWS) return this.toPaste(text);
    let row = event.target.closest("li");
    for (const line of lines) {
      const [code, quantity] = row.querySelectorAll("input");
      [code.value, quantity.value] = line.trim().split(/[\t;]/);
      this.judge(row);
      row = row.nextElementSibling ?? this.add();
    }
    row.querySelector("input").focus();
  }

  toPaste(text) {
    this.paste.value = `${this.paste.value.trimEnd()}\n${text}`.trimStart();
    this.paste.focus();
  }

  onTake(button) {
    if (!button) return;
    const [code, quantity] = button.closest("li").querySelectorAll("input");
    (button.dataset.part === "code" ? code : quantity).value = button.dataset.take;
    this.judge(button.closest("li"));
  }

  add() {
    const row = this.list.lastElementChild.cloneNode(true);
    const number = this.list.children.length + 1;
    for (const field of row.querySelectorAll("input")) {
      field.value = "";
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+/, number));
    }
    row.querySelector(".o-pad-said").replaceChildren();
    this.list.append(row);
    return row;
  }
}
