// Before a report is filed: what is public near the pin and sounds the same, with "me too" instead of another report.

import { clear } from "./draft.js";

const QUIET = 600; // milliseconds without typing
const SHORTEST = 4; // characters that say something
const form = document.querySelector("[data-report-form]");
const offer = document.querySelector("[data-similar]");
const list = offer.querySelector("[data-similar-list]");
const item = offer.querySelector("template[data-similar-item]");
const dismissed = new Set();
let timer = 0;
let asked = null;

function fill(found) {
  const row = item.content.cloneNode(true);
  const part = (name) => row.querySelector(`[data-${name}]`);
  part("name").textContent = found.matter?.name ?? found.number;
  part("name").href = `/cases/${found.number}/`;
  part("where").textContent = `${found.district}${found.street}`;
  part("metres").textContent = found.metres === null ? "" : `约 ${found.metres} 米`;
  part("when").textContent = new Date(found.received_at).toLocaleDateString("zh-CN", { month: "long", day: "numeric" });
  part("step").textContent = found.step_label;
  part("count").textContent = found.supports ? `${found.supports} 人也遇到` : "";
  for (const empty of row.querySelectorAll(".meta span:empty")) empty.remove();
  part("support").formAction = `/cases/${found.number}/support/`;
  return row;
}

function show(cases) {
  const fresh = cases.filter((one) => !dismissed.has(one.number));
  offer.dataset.numbers = fresh.map((one) => one.number).join(" ");
  list.replaceChildren(...fresh.map(fill));
  offer.hidden = fresh.length === 0;
}

async function ask() {
  const { text, lon, lat } = form.elements;
  const words = text.value.trim();
  asked?.abort();
  if (words.length < SHORTEST || !lon.value || !lat.value) return show([]);
  asked = new AbortController();
  const query = new URLSearchParams({ text: words.slice(0, 400), lon: lon.value, lat: lat.value });
  try {
    const answer = await fetch(`${offer.dataset.url}?${query}`, { signal: asked.signal });
    if (answer.ok) show(await answer.json());
  } catch {
    // The offer is a help: without an answer the form works as ever.
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(ask, QUIET);
}

form.addEventListener("input", soon);
// The map writes the pin into hidden fields, which tell of it by their attribute.
const pin = new MutationObserver(soon);
for (const field of [form.elements.lon, form.elements.lat]) pin.observe(field, { attributeFilter: ["value"] });
offer.querySelector("[data-similar-none]").addEventListener("click", () => {
  for (const number of offer.dataset.numbers.split(" ")) dismissed.add(number);
  show([]);
  form.querySelector("button[type=submit]:not([form])").focus();
});
// Whoever supports has said it: the draft of the report is done with.
list.addEventListener("click", (event) => {
  if (event.target.closest("[data-support]")) clear({ forGood: true });
});
soon();
