// A pasted block as rows of cells. Plain columns are cut here; heads, quotes and free text are read by the portal, which
// understands them in four languages.
const COLUMNS = 4;

export function isBlock(text) {
  return /[\t\r\n]/.test(text.replace(/[\r\n]+$/, ""));
}

export function plainBlock(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n");
  if (text.includes('"')) return null;
  if (lines.every((line) => !line.trim() || line.includes("\t"))) {
    const block = lines.map((line) => line.split("\t"));
    const looksLikeHead = block.length > 1 && block[0][1]?.trim() && !/\d/.test(block[0][1]);
    return looksLikeHead || block.some((cells) => cells.length > COLUMNS) ? null : block;
  }
  return lines.every((line) => !/[\s;,]/.test(line.trim())) ? lines.map((line) => [line]) : null;
}

export async function readBlock(text, address, token) {
  try {
    const body = new URLSearchParams({ text });
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token } });
    const rows = answer.ok && !answer.redirected ? (await answer.json()).rows : [];
    if (rows.length) return rows;
  } catch {
    // no connection: the cells as they are
  }
  return text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
}
