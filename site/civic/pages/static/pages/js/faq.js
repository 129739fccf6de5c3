// Filters the questions while one types, and opens the question that the address points at.
const page = document.querySelector("[data-faq]");
const box = page.querySelector("[data-faq-search]");
const entries = [...page.querySelectorAll("[data-faq-entry]")];
const groups = [...page.querySelectorAll("[data-faq-group]")];
const empty = page.querySelector("[data-faq-empty]");
const status = page.querySelector("[data-faq-status]");
const texts = new Map(entries.map((entry) => [entry, `${entry.textContent}\n${entry.dataset.words}`.toLowerCase()]));

// Two neighbouring characters are the smallest piece of Chinese that means something.
function pieces(query) {
  const plain = query.toLowerCase().replace(/[\s\p{P}]/gu, "");
  if (plain.length < 2) return plain ? [plain] : [];
  return Array.from({ length: plain.length - 1 }, (_, i) => plain.slice(i, i + 2));
}

function filter() {
  const wanted = pieces(box.value);
  let shown = 0;
  for (const entry of entries) {
    const text = texts.get(entry);
    const found = wanted.filter((piece) => text.includes(piece)).length;
    entry.hidden = wanted.length > 0 && found < Math.max(1, Math.ceil(wanted.length * 0.6));
    if (!entry.hidden) shown += 1;
  }
  for (const group of groups) group.hidden = !group.querySelector("[data-faq-entry]:not([hidden])");
  empty.hidden = shown > 0;
  status.textContent = wanted.length === 0 ? "" : shown ? status.dataset.some.replace("#", shown) : status.dataset.none;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.matches("details")) target.open = true;
}

// A page of search results is already filtered by the server, with more understanding than this has.
if (!new URLSearchParams(location.search).get("q")) box.addEventListener("input", filter);
window.addEventListener("hashchange", openTarget);
openTarget();
