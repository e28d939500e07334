// The pad's rows in the browser's own memory of this window: reloading and signing in again lose nothing.
import { cellsOf, newRow } from "./pad-rows.js";

const name = (key) => `kontor.pad.${key}`;

export function keep(key, rows, isSent = false) {
  try {
    sessionStorage.setItem(name(key), JSON.stringify({ rows: rows.map(cellsOf), isSent }));
  } catch {
    // no room or not allowed: the pad works without
  }
}

export function kept(key) {
  try {
    const { rows = [], isSent = false } = JSON.parse(sessionStorage.getItem(name(key)) ?? "{}");
    return { rows: rows.map(newRow), isSent };
  } catch {
    return { rows: [], isSent: false };
  }
}

// What has gone into the cart is not shown again, but can be taken back.
export function markSent(key) {
  const { rows } = kept(key);
  if (rows.length) keep(key, rows, true);
}
