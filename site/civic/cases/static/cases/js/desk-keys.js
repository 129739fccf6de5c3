// The queue without a mouse: j and k walk, Enter opens, x marks, / searches, m shows the map, ? tells all this.

const rows = [...document.querySelectorAll("[data-case]")];
const help = document.querySelector("[data-desk-keys]");
let at = -1;

function go(step) {
  if (!rows.length) return;
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  const link = rows[at].querySelector("a");
  link.focus({ preventScroll: true });
  rows[at].scrollIntoView({ block: "nearest" });
}

function current() {
  const focused = document.activeElement?.closest?.("[data-case]");
  if (focused) at = rows.indexOf(focused);
  return rows[at];
}

const KEYS = {
  j: () => { current(); go(1); },
  k: () => { current(); go(-1); },
  x: () => current()?.querySelector('input[type="checkbox"]')?.click(),
  o: () => current()?.querySelector("a")?.click(),
  m: () => document.querySelector("[data-desk-map-toggle]")?.click(),
  "/": () => document.getElementById("id_q")?.focus(),
  "?": () => {
    if (!help) return;
    help.open = !help.open;
    if (help.open) help.querySelector("summary").focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
