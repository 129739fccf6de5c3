// Who is changing a clause now. Editors send a heartbeat while they write; readers ask now and then. No names.
// One count per clause, said in the same words beside the clause and in its editor, the writer included.

const TICK = 10_000; // a writer hears of others this often, every second time by their own heartbeat
const BEATS = 2;
const IDLE = 10 * 60_000;
const ASK = 30_000;

const counts = new Map(); // clause → how many are changing it, as last heard
let writing = null; // {clause, line}: the open editor of this page

// Beats from the first touch of the form until it is closed or nothing was typed for ten minutes.
export function beat(form, hear) {
  const url = form.dataset.presenceUrl;
  const { clause } = form.dataset;
  const here = { clause, line: form.querySelector("[data-editors]") };
  let touched = 0;
  let ticks = 0;
  let timer;

  const send = async () => {
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("since", form.dataset.since);
    try {
      const response = await fetch(url, { method: "POST", body });
      if (!response.ok || !timer) return;
      const answer = await response.json();
      counts.set(clause, answer.editors);
      show(clause);
      hear(answer);
    } catch {
      // without the network one still writes
    }
  };
  const tick = () => {
    if (Date.now() - touched > IDLE) return leave();
    if (document.hidden) return;
    if (ticks++ % BEATS === 0) send();
    else ask(form.dataset.liveUrl);
  };
  const touch = () => {
    touched = Date.now();
    if (timer) return;
    timer = setInterval(tick, TICK);
    ticks = 0;
    writing = here;
    tick();
  };
  const leave = () => {
    if (!timer) return;
    clearInterval(timer);
    timer = undefined;
    if (writing === here) writing = null;
    here.line.textContent = "";
    counts.set(clause, Math.max((counts.get(clause) ?? 1) - 1, 0));
    show(clause);
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("leave", "1");
    navigator.sendBeacon(url, body);
  };
  form.addEventListener("focusin", touch);
  form.addEventListener("input", touch);
  addEventListener("pagehide", leave);
  return () => {
    leave();
    removeEventListener("pagehide", leave);
  };
}

// Shows beside each clause of the document how many are changing it; asks only while the page is looked at.
export function watch(url) {
  const look = () => {
    if (!writing && !document.hidden) ask(url);
  };
  look();
  setInterval(look, ASK);
}

async function ask(url) {
  let clauses;
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    ({ clauses } = await response.json());
  } catch {
    return; // the next time, perhaps
  }
  const known = [...counts.keys()];
  counts.clear();
  for (const [id, number] of Object.entries(clauses)) counts.set(id, number);
  for (const id of new Set([...known, ...counts.keys()])) show(id);
}

function show(id) {
  const number = counts.get(id) ?? 0;
  const mine = writing?.clause === id;
  // Whoever writes alone is not told of themselves.
  const words = number > (mine ? 1 : 0) ? `${number} 人正在修改` : "";
  if (mine && writing.line.textContent !== words) writing.line.textContent = words;
  const tools = document.getElementById(`c${id}`)?.querySelector(".clause-tools");
  if (!tools) return;
  let badge = tools.querySelector(".clause-editors");
  if (!words) return badge?.remove();
  if (!badge) {
    badge = document.createElement("span");
    badge.className = "clause-editors";
    tools.append(badge);
  }
  if (badge.textContent !== words) badge.textContent = words;
}
