// The report form as four steps: photo, words, place, confirmation. Without this module it is one page.
// Everything written is kept on the device until the receipt is there.

import * as draft from "./draft.js";
import { photoPicker } from "./photos.js";
import { placePicker } from "./pin.js";
import { matterChoice } from "./suggest.js";

const QUIET = 400; // milliseconds without typing, then the draft is kept
const form = document.querySelector("[data-report-form]");
const steps = [...form.querySelectorAll("[data-step]")];
const tabs = [...form.querySelectorAll("[data-go]")];
const notice = form.querySelector("[data-draft]");
const offline = form.querySelector("[data-offline]");
const submit = form.querySelector("[data-submit]");
const { text, address, token, lon, lat, contact_name: contactName, contact_phone: contactPhone } = form.elements;
let current = 0;
let timer = 0;
let sent = false;
let ready = false; // until the kept draft has been looked at nothing may take its place

const photos = photoPicker(form.querySelector("[data-photos]"), keepSoon);
const place = placePicker(form, keepSoon);
const matter = matterChoice(form, keepSoon);

// ---- the draft

function written() {
  return Boolean(text.value.trim() || address.value.trim() || lon.value || photos.files().length);
}

function state() {
  return {
    token: token.value,
    text: text.value,
    address: address.value,
    point: lon.value ? [Number(lon.value), Number(lat.value)] : null,
    code: matter.chosen(),
    photos: photos.files(),
    step: current,
    contact: sent ? [contactName.value, contactPhone.value] : null,
  };
}

function keep() {
  clearTimeout(timer);
  if (!ready) return false;
  return written() ? draft.save(state()) : draft.clear();
}

function keepSoon() {
  if (steps[current].dataset.step === "confirm") summarize();
  clearTimeout(timer);
  timer = setTimeout(keep, QUIET);
}

async function restore() {
  const kept = await draft.load();
  if (!kept) return;
  if (kept.token === token.value) {
    // The page came back with a refusal or a question: the photos are sent again from here.
    photos.restore(kept.photos);
    form.elements.held.value = "";
    form.querySelector("[data-held]")?.remove();
    return;
  }
  if (text.value || address.value || lon.value) return;
  token.value = kept.token;
  text.value = kept.text;
  address.value = kept.address;
  photos.restore(kept.photos);
  matter.restore(kept.code);
  [contactName.value, contactPhone.value] = kept.contact ?? ["", ""];
  if (kept.point) place.put(kept.point);
  notice.hidden = false;
  const saved = new Date(kept.savedAt).toLocaleString("zh-CN", { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" });
  notice.querySelector("[data-draft-time]").textContent = saved;
  show(Math.min(kept.step ?? 0, steps.length - 1), { focus: false });
}

notice.querySelector("[data-draft-clear]").addEventListener("click", async () => {
  clearTimeout(timer);
  await draft.clear({ forGood: true });
  location.assign(location.pathname);
});

// ---- the steps

function show(index, { focus = true } = {}) {
  current = index;
  steps.forEach((step, at) => {
    step.hidden = at !== index;
  });
  tabs.forEach((tab, at) => {
    if (at === index) tab.setAttribute("aria-current", "step");
    else tab.removeAttribute("aria-current");
    tab.parentElement.classList.toggle("is-done", at < index);
  });
  const name = steps[index].dataset.step;
  if (name === "words") matter.ask();
  if (name === "place") {
    place.shown();
    place.words(`${address.value} ${text.value}`);
  }
  if (name === "confirm") summarize();
  if (!focus) return;
  form.scrollIntoView({ block: "start" });
  steps[index].querySelector("h2").focus({ preventScroll: true });
}

function go(index, { remember = true } = {}) {
  if (index > steps.findIndex((step) => step.dataset.step === "words") && !text.value.trim()) {
    show(steps.findIndex((step) => step.dataset.step === "words"));
    const error = form.querySelector("[data-text-error]");
    error.hidden = false;
    text.closest(".field").classList.add("has-error");
    text.setAttribute("aria-invalid", "true");
    text.focus();
    return;
  }
  show(index);
  keepSoon();
  if (remember) history.pushState({ step: index }, "");
}

function summarize() {
  const count = photos.files().length;
  const said = {
    photos: count ? `${count} 张` : "没有照片",
    words: text.value.trim(),
    matter: matter.chosen()?.name ?? "由平台判断",
    place: place.summary() || "没有标，按您写的话判断",
  };
  for (const [name, value] of Object.entries(said)) form.querySelector(`[data-said="${name}"]`).textContent = value;
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-next], [data-back], [data-go]");
  if (!button || !form.contains(button)) return;
  if (button.matches("[data-next]")) go(current + 1);
  else if (button.matches("[data-back]")) go(current - 1);
  else go(steps.findIndex((step) => step.dataset.step === button.dataset.go));
});
addEventListener("popstate", (event) => go(event.state?.step ?? 0, { remember: false }));
form.addEventListener("input", () => {
  sent = false;
  if (text.value.trim()) {
    form.querySelector("[data-text-error]").hidden = true;
    text.removeAttribute("aria-invalid");
    text.closest(".field").classList.remove("has-error");
  }
  keepSoon();
});

// A page that is put away may not come back: what was typed last is kept at once.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep();
});

// ---- submitting

function busy(on) {
  submit.setAttribute("aria-busy", String(on));
  submit.disabled = on;
  submit.textContent = on ? "正在提交……" : "提交";
}

function waitForNetwork() {
  offline.hidden = false;
  offline.querySelector("p").textContent = "现在没有网络。已存在手机上，联网后请点提交。";
  busy(false);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (current < steps.length - 1) return go(current + 1);
  sent = true;
  busy(true);
  await keep();
  if (!navigator.onLine) return waitForNetwork();
  try {
    const response = await fetch(form.getAttribute("action") || location.href, { method: "POST", body: new FormData(form) });
    if (response.redirected && response.ok) {
      await draft.clear({ forGood: true });
      location.assign(response.url);
    } else {
      form.submit(); // refused: the server's own page says why
    }
  } catch {
    waitForNetwork();
  }
});
addEventListener("online", () => {
  if (!offline.hidden) offline.querySelector("p").textContent = "已经联网，可以提交了。";
});

// ---- begin

form.classList.add("is-wizard");
form.autocomplete = "off"; // the browser's own memory of a reloaded form would mix with the draft
for (const part of form.querySelectorAll("[data-wizard-only]")) part.hidden = false;
const refused = steps.findIndex((step) => step.querySelector(".field-error:not([hidden]), .errorlist, [data-question]"));
show(Math.max(refused, 0), { focus: false });
history.replaceState({ step: current }, "");
await restore();
ready = true;
if (written()) keepSoon();
form.dataset.ready = "";
