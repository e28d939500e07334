// What was entered into the order pad, with steps back. A row is never changed, only replaced: a step costs a list of links.
export const PARTS = ["code", "quantity", "unit", "note"];
const FEWEST = 8;
const STEPS = 200;
let ids = 0;

export function newRow(cells = []) {
  const [code = "", quantity = "", unit = "", note = ""] = cells;
  return { id: (ids += 1), code, quantity, unit, note };
}

export function cellsOf(row) {
  return PARTS.map((part) => row[part]);
}

export function isBlank(row) {
  return !PARTS.some((part) => row[part].trim());
}

export class Rows {
  constructor(list, before) {
    this.list = this.filled(list);
    this.past = before?.length ? [this.filled(before)] : [];
    this.future = [];
    this.open = null;
  }

  // Typing on in one cell is one step.
  edit(index, part, value) {
    const row = this.list[index];
    const cell = `${row.id}-${part}`;
    this.change(this.list.toSpliced(index, 1, { ...row, [part]: value }), cell);
  }

  insert(index) {
    this.change(this.list.toSpliced(index, 0, newRow()));
  }

  remove(index) {
    this.change(this.list.toSpliced(index, 1));
  }

  clear() {
    this.change([]);
  }

  // A block of cells over what is there, from a row and a part on; rows that are missing are made.
  place(index, part, block) {
    const list = [...this.list];
    const first = PARTS.indexOf(part);
    block.forEach((cells, offset) => {
      const row = { ...(list[index + offset] ?? newRow()) };
      cells.forEach((cell, column) => {
        if (PARTS[first + column]) row[PARTS[first + column]] = cell.trim();
      });
      list[index + offset] = row;
    });
    this.change(list);
  }

  change(list, cell = null) {
    if (cell === null || this.open !== cell) {
      this.past.push(this.list);
      if (this.past.length > STEPS) this.past.shift();
    }
    this.open = cell;
    this.future = [];
    this.list = this.filled(list);
  }

  undo() {
    if (!this.past.length) return false;
    this.future.push(this.list);
    this.list = this.past.pop();
    this.open = null;
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past.push(this.list);
    this.list = this.future.pop();
    this.open = null;
    return true;
  }

  // There is always an empty row to type into.
  filled(list) {
    const more = Math.max(FEWEST - list.length, list.length && !isBlank(list[list.length - 1]) ? 1 : 0);
    return more > 0 ? [...list, ...Array.from({ length: more }, () => newRow())] : list;
  }

  get entered() {
    const last = this.list.findLastIndex((row) => !isBlank(row));
    return this.list.slice(0, last + 1);
  }
}
