// The desk with a keyboard: search fields instead of long selects of codes, and check boxes for a whole page.

import { searchable } from "./code-search.js";

for (const select of document.querySelectorAll("select[data-code-search]")) searchable(select);

// On a phone the cases come first; the chips below tell by what the queue is narrowed.
if (matchMedia("(max-width: 50rem)").matches) {
  for (const filters of document.querySelectorAll("[data-fold-on-phone]")) filters.open = false;
}

const bulk = document.querySelector("[data-desk-bulk]");
const boxes = bulk ? [...bulk.querySelectorAll('input[name="case"]')] : [];
const all = bulk?.querySelector("[data-check-all]");
const action = bulk?.querySelector('select[name="action"]');

function show() {
  const checked = boxes.filter((box) => box.checked).length;
  bulk.querySelector("[data-checked-count]").textContent = `${checked} 件`;
  all.checked = checked > 0 && checked === boxes.length;
  all.indeterminate = checked > 0 && checked < boxes.length;
  for (const part of bulk.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== action.value;
}

if (all && action) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  bulk.addEventListener("change", show);
  show();
}

// A template or an earlier answer goes into the field without leaving the page.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-fill]");
  const field = link && document.getElementById(link.dataset.fill);
  if (!field) return;
  event.preventDefault();
  field.value = field.value.trim() ? `${field.value.trimEnd()}\n${link.dataset.text}` : link.dataset.text;
  const fold = field.closest("details");
  if (fold) fold.open = true;
  field.focus();
});
