// Suggesting right in the document: the links of a clause open its editor below it instead of leading to a page.

import { forget, forgetSent } from "./drafts.js";
import { enhance } from "./editor.js";
import { watch } from "./presence.js";

const FRAGMENT = { "X-Fragment": "1" };
let open = null; // {panel, close}

forgetSent();

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.clause-edit");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  start(link);
});

async function start(link) {
  const place = link.closest(".table-wrap") ?? link.closest(".clause");
  if (!place) return go(link.href);
  if (open?.link === link) return finish();
  finish();
  const panel = document.createElement("section");
  panel.className = "suggest-inplace";
  panel.setAttribute("aria-label", link.textContent.trim());
  panel.tabIndex = -1;
  panel.addEventListener("click", onClick);
  place.after(panel);
  open = { panel, link, stop: () => {} };
  link.setAttribute("aria-expanded", "true");
  await load(link.href);
}

async function load(url, options = {}) {
  const { panel } = open;
  panel.setAttribute("aria-busy", "true");
  let response;
  try {
    response = await fetch(url, { ...options, headers: FRAGMENT });
  } catch {
    panel.removeAttribute("aria-busy");
    return fail(panel, url, options);
  }
  if (open?.panel !== panel) return;
  panel.removeAttribute("aria-busy");
  if ((response.headers.get("Content-Type") ?? "").includes("json")) {
    const answer = await response.json();
    return answer.login ? go(answer.login) : done(answer);
  }
  if (response.redirected || !(response.headers.get("Content-Type") ?? "").includes("html")) return go(url);
  const html = await response.text();
  if (!html.includes("data-suggest-root")) return options.method ? fail(panel, url, options) : go(url);
  open.stop();
  panel.innerHTML = html;
  open.stop = enhance(panel);
  wire(panel);
  const first = panel.querySelector(".has-error textarea, .has-error input, .notice-error, .notice-warn");
  if (first) first.scrollIntoView({ block: "nearest" });
  else panel.querySelector("[name=text], [name=cell], [type=search]:not([hidden]), [name=reason]")?.focus({ preventScroll: true });
  panel.scrollIntoView({ block: "nearest" });
}

function wire(panel) {
  panel.querySelector("[data-suggest]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    const body = new FormData(form, event.submitter);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    load(form.getAttribute("action"), { method: "POST", body });
  });
}

function onClick(event) {
  const kind = event.target.closest("a[data-kind]");
  const close = event.target.closest("a[data-close]");
  if (kind) load(kind.href);
  else if (close) finish();
  else return;
  event.preventDefault();
}

// The network is gone: what was typed stays in the form, and can be sent again.
function fail(panel, url, options) {
  for (const button of panel.querySelectorAll("button")) button.disabled = false;
  if (!options.method) return go(url);
  let notice = panel.querySelector("[data-offline]");
  if (!notice) {
    notice = document.createElement("div");
    notice.className = "notice notice-error";
    notice.dataset.offline = "";
    notice.setAttribute("role", "alert");
    panel.prepend(notice);
  }
  notice.textContent = "没有提交成功，写的内容还在，请稍后再按一次“提交建议”。";
}

function done(answer) {
  const { panel, link } = open;
  const form = panel.querySelector("[data-suggest]");
  if (form) forget(`wiki:${form.dataset.clause}:${form.dataset.kind}`);
  forgetSent();
  open.stop();
  open = null;
  link.removeAttribute("aria-expanded");
  const notice = document.createElement("div");
  notice.className = "notice notice-ok suggest-done";
  notice.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = answer.message ?? answer.error?.message ?? "";
  notice.append(words);
  if (answer.url) {
    const more = document.createElement("a");
    more.href = answer.url;
    more.textContent = "看这一条的意见";
    notice.append(more);
  }
  panel.replaceChildren(notice);
  panel.focus();
}

function finish() {
  if (!open) return;
  const { panel, link, stop } = open;
  open = null;
  stop();
  panel.remove();
  link.removeAttribute("aria-expanded");
  link.focus({ preventScroll: true });
}

function go(url) {
  location.assign(url);
}

const live = document.querySelector("[data-live]");
if (live) watch(live.dataset.live);
