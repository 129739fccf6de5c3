// The review desk without a mouse: j and k walk, Enter opens, a and r go to the buttons, t to the templates, x marks.
// A chosen template's words go into the reason; without this script the server does that for an empty reason.

const rows = [...document.querySelectorAll("[data-row]")];
let at = -1;

function current() {
  const focused = document.activeElement?.closest?.("[data-row]");
  if (focused) at = rows.indexOf(focused);
  return rows[at];
}

function go(step) {
  current();
  at = Math.min(Math.max(at + step, 0), rows.length - 1);
  rows[at]?.querySelector("a, input")?.focus({ preventScroll: true });
  rows[at]?.scrollIntoView({ block: "nearest" });
}

const here = () => current() ?? (rows.length === 1 ? rows[0] : undefined);
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => here()?.querySelector('[data-key="a"]')?.focus(),
  r: () => here()?.querySelector('[data-key="r"]')?.focus(),
  t: () => here()?.querySelector('select[name="template"]')?.focus(),
  x: () => here()?.querySelector('input[name="pk"]')?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
  const act = KEYS[event.key];
  if (!act || !rows.length) return;
  event.preventDefault();
  act();
});

for (const select of document.querySelectorAll('select[name="template"]')) {
  const reason = select.form.querySelector("[data-reason]");
  let inserted = "";
  select.addEventListener("change", () => {
    const words = select.selectedOptions[0]?.dataset.words ?? "";
    const own = reason.value.trim();
    // What somebody typed stays; only an earlier template's words give way.
    reason.value = !own || own === inserted.trim() ? words : words ? `${own}\n${words}` : own;
    inserted = words;
    reason.focus();
  });
}

// On a phone the filters give way to the queue until they are asked for.
const fold = document.querySelector("[data-fold]");
if (fold && matchMedia("(max-width: 40rem)").matches) fold.open = false;

const choose = document.querySelector("[data-choose]");
if (choose) {
  const boxes = [...document.querySelectorAll('input[name="pk"]')];
  const told = choose.querySelector("[data-chosen]");
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    told.textContent = count ? `已选 ${count} 条` : "";
  };
  choose.hidden = false;
  choose.querySelector("[data-choose-all]").addEventListener("click", () => {
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
    tell();
  });
  document.addEventListener("change", tell);
  tell();
}

// On a phone the row of parts is wider than the screen: the one that is shown is brought into it.
for (const here of document.querySelectorAll(".wiki-tabs [aria-current]")) {
  here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 24;
}
