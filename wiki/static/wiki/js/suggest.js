// The suggestion form, nicer: the change is shown while typing, words are counted, and a draft stays on this device.

import { difference } from "./difference.js";

const form = document.querySelector("[data-suggest]");

function show(target, spans) {
  target.replaceChildren(
    ...spans.map(([operation, text]) => {
      if (operation === "same") return document.createTextNode(text);
      const element = document.createElement(operation);
      element.className = `diff-${operation}`;
      const label = document.createElement("span");
      label.className = "visually-hidden";
      label.textContent = operation === "del" ? "删去：" : "增加：";
      element.append(label, text);
      return element;
    }),
  );
}

function count(area) {
  const limit = Number(area.dataset.limit);
  const line = document.createElement("span");
  line.className = "meta suggest-count";
  area.after(line);
  const update = () => {
    const used = [...area.value].length;
    line.textContent = used > limit ? `超出 ${used - limit} 个字` : used > limit * 0.8 ? `还可写 ${limit - used} 个字` : "";
  };
  area.addEventListener("input", update);
  update();
}

function enhance() {
  const text = form.elements.text;
  const reason = form.elements.reason;
  const base = form.querySelector("[data-base]").value;
  const preview = form.querySelector("[data-preview]");
  const previewText = form.querySelector("[data-preview-text]");
  form.querySelector("[data-preview-button]").hidden = true;
  count(text);
  count(reason);

  const key = form.dataset.draftKey;
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? "null");
    if (draft && text.value === base && reason.value === "" && !document.querySelector(".notice-error")) {
      text.value = draft.text;
      reason.value = draft.reason;
    }
  } catch {
    // storage may be switched off, or hold something else: the form works without
  }

  let timer;
  const update = () => {
    const changed = text.value !== base;
    preview.hidden = !changed;
    if (changed) show(previewText, difference(base, text.value));
    try {
      if (changed || reason.value) localStorage.setItem(key, JSON.stringify({ text: text.value, reason: reason.value }));
      else localStorage.removeItem(key);
    } catch {
      // as above
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(update, 150);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    try {
      localStorage.removeItem(key);
    } catch {
      // as above
    }
  });
  update();
}

if (form) enhance();
