// Whether a key belongs to a field or an open dialog, so that shortcuts leave it alone.
export function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog") !== null;
}
