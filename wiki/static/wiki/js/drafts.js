// Drafts of a suggestion: on this device at once, on the server two seconds after the last key. What was written last
// is in the form; what another device or an earlier visit wrote is offered beside it, never thrown away.

const WAIT = 2000;

export function keepDrafts(form, words, base) {
  const key = `wiki:${form.dataset.clause}:${form.dataset.kind}`;
  const url = form.dataset.draftUrl;
  const saved = form.querySelector("[data-saved]");
  const reason = form.elements.reason;
  let timer;
  let sending = null;
  let ended = false;

  const now = () => ({ text: words.get(), reason: reason.value, since: form.dataset.since });
  const isEmpty = () => words.get() === base && reason.value.trim() === "";

  restore();

  function restore() {
    const local = read(key);
    if (!local || typeof local.text !== "string" || form.dataset.given !== undefined) return;
    if (document.querySelector(".notice-error")) return;
    const mine = now();
    if (local.text === mine.text && local.reason === mine.reason) return;
    const server = form.dataset.draftSaved ? Date.parse(form.dataset.draftSaved) : 0;
    const fits = local.since === form.dataset.since;
    // A draft of this device that is newer than the server's goes on; anything else is only offered.
    if (fits && (isEmpty() || (local.at ?? 0) > server)) {
      if (!isEmpty()) offer(form, words, mine);
      words.set(local.text);
      reason.value = local.reason ?? "";
    } else {
      offer(form, words, local);
    }
  }

  async function save() {
    if (!url || ended || sending) return;
    if (isEmpty() && !form.elements.draft_seen.value) return;
    const body = new FormData(form);
    timer = undefined;
    sending = fetch(url, { method: "POST", body, headers: { Accept: "application/json" } });
    try {
      const response = await sending;
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      form.elements.draft_seen.value = answer.token;
      if (answer.other?.text || answer.other?.reason) offer(form, words, answer.other);
      if (!ended) saved.textContent = "草稿已保存";
    } catch {
      saved.textContent = "草稿存在这台设备上";
    } finally {
      sending = null;
    }
  }

  form.addEventListener("input", () => {
    if (isEmpty()) forget(key);
    else write(key, { ...now(), at: Date.now() });
    saved.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  });
  const leaving = () => {
    if (timer === undefined || ended || !url || isEmpty()) return;
    fetch(url, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => {});
  };
  addEventListener("pagehide", leaving);

  return {
    // While a suggestion is on its way the draft stays on this device: only its arrival forgets it.
    sent() {
      ended = true;
      clearTimeout(timer);
      timer = undefined;
      rememberSent(key);
    },
    stop() {
      leaving(); // what was not saved yet goes now
      ended = true;
      clearTimeout(timer);
      removeEventListener("pagehide", leaving);
    },
  };
}

export function offer(form, words, other) {
  const mine = words.get();
  if (other.text === mine && (other.reason ?? "") === form.elements.reason.value) return;
  let box = form.querySelector("[data-other]");
  if (!box) {
    box = document.createElement("details");
    box.className = "suggest-other";
    box.dataset.other = "";
    const summary = document.createElement("summary");
    summary.textContent = "另一处还写过一份，也留着";
    box.append(summary);
    form.querySelector(".form-actions").before(box);
  }
  const text = document.createElement("p");
  text.className = "suggest-preview";
  text.textContent = other.text;
  const why = document.createElement("p");
  why.textContent = other.reason ? `理由：${other.reason}` : "";
  why.hidden = !other.reason;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-small";
  button.textContent = "换成这一份";
  button.addEventListener("click", () => {
    const kept = { text: words.get(), reason: form.elements.reason.value };
    words.set(other.text);
    form.elements.reason.value = other.reason ?? "";
    offer(form, words, kept);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  box.replaceChildren(box.querySelector("summary"), text, why, button);
}

// Storage may be switched off, or hold something else: the form works without.

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // as above
  }
}

export function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // as above
  }
}

// A page of its own goes elsewhere when the suggestion has arrived; the next page of the wiki forgets the draft.
function rememberSent(key) {
  try {
    sessionStorage.setItem("wiki:sent", key);
  } catch {
    // as above
  }
}

export function forgetSent() {
  try {
    const key = sessionStorage.getItem("wiki:sent");
    if (key) forget(key);
    sessionStorage.removeItem("wiki:sent");
  } catch {
    // as above
  }
}
