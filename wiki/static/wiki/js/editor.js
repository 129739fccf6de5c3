// The editor of a suggestion: the change is shown while typing, words are counted, drafts are kept here and on the
// server, others at the same clause are counted, and a new wording is told at once. Without it the form works too.

import { keepDrafts } from "./drafts.js";
import { difference } from "./difference.js";
import { choosePlaces } from "./places.js";
import { beat } from "./presence.js";

export function enhance(root) {
  const form = root.querySelector("[data-suggest]");
  if (!form) return () => {};
  const words = wordsOf(form);
  const base = form.querySelector("[data-base]").value;
  const preview = form.querySelector("[data-preview]");
  const button = form.querySelector("[data-preview-button]");
  if (button) button.hidden = true;
  for (const area of form.querySelectorAll("textarea[data-limit]")) count(area);
  choosePlaces(form);
  const drafts = keepDrafts(form, words, base);

  const show = () => {
    if (!preview) return;
    const text = words.get();
    preview.hidden = text === base;
    if (text !== base) showSpans(preview.querySelector("[data-preview-text]"), difference(base, text));
  };
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 150);
  });
  form.addEventListener("submit", () => drafts.sent());
  show();

  const stop = beat(form, (answer) => {
    if (answer.text !== undefined) tellNewWording(form, base, answer);
  });
  return () => {
    clearTimeout(timer);
    drafts.stop();
    stop();
  };
}

// What the form says of the clause: one text, or a row's cells joined as the server joins them.
function wordsOf(form) {
  const cells = [...form.querySelectorAll("[name=cell]")];
  if (cells.length === 0) {
    return {
      get: () => form.elements.text?.value ?? "",
      set: (text) => {
        if (form.elements.text) form.elements.text.value = text;
      },
    };
  }
  return {
    get: () =>
      cells
        .map((cell) => cell.value.trim().split(/\s+/).join(" ").replace(/[\\|]/g, "\\$&"))
        .join(" | ")
        .trim(),
    set: (text) => {
      const parts = text.match(/(?:\\.|[^|\\])*(?:\||$)/gs) ?? [];
      cells.forEach((cell, index) => {
        cell.value = (parts[index] ?? "").replace(/\|$/, "").trim().replace(/\\([\\|])/g, "$1");
      });
    },
  };
}

export function showSpans(target, spans) {
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

// The clause was given other words while somebody writes: both are shown, and the server carries the change over.
function tellNewWording(form, base, answer) {
  const before = form.querySelector(".suggest-stale");
  if (before?.dataset.since === String(answer.since)) return;
  before?.remove();
  const notice = document.createElement("div");
  notice.className = "notice notice-warn suggest-stale";
  notice.setAttribute("role", "alert");
  notice.dataset.since = answer.since;
  const head = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = answer.gone ? "这一条刚刚被删去了。" : "这一条刚刚有了新文字。";
  head.append(strong);
  notice.append(head);
  if (!answer.gone) {
    const change = document.createElement("p");
    change.className = "change-text";
    if (form.dataset.kind === "change") showSpans(change, difference(base, answer.text));
    else change.textContent = answer.text;
    const button = document.createElement("button");
    button.className = "btn btn-small";
    button.name = "action";
    button.value = "refresh";
    button.textContent = form.dataset.kind === "change" ? "把我的修改转到新文字上" : "知道了，接着写";
    notice.append(change, button);
  }
  form.prepend(notice);
}
