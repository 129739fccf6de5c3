// While the person types: up to three matters that the words may be about; picking one is never needed.

const QUIET = 500; // milliseconds without typing
const SHORTEST = 4; // characters that say something

/** Take over the choice of a matter. Returns { chosen, restore, ask }. */
export function matterChoice(form, changed) {
  const root = form.querySelector("[data-suggest]");
  const list = root.querySelector("[data-suggest-list]");
  const item = root.querySelector("template");
  const text = form.elements.text;
  let picked = root.dataset.chosen ? { code: root.dataset.chosen, name: root.dataset.chosenName } : null;
  let timer = 0;
  let asked = null;

  function choice(code, label) {
    const row = item.content.cloneNode(true);
    const input = row.querySelector("input");
    input.value = code;
    input.checked = code === (picked?.code ?? "");
    row.querySelector("span").textContent = label;
    return row;
  }

  function show(codes) {
    const shown = [...codes];
    if (picked && !shown.some((one) => one.code === picked.code)) shown.unshift(picked);
    root.hidden = shown.length === 0;
    list.replaceChildren(...shown.map((one) => choice(one.code, one.name)), choice("", "不确定，请平台判断"));
  }

  async function ask() {
    clearTimeout(timer);
    const words = text.value.trim();
    asked?.abort();
    if (words.length < SHORTEST) return show([]);
    asked = new AbortController();
    try {
      const response = await fetch(root.dataset.url, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
        body: JSON.stringify({ text: words }),
        signal: asked.signal,
      });
      if (response.ok) show((await response.json()).codes);
    } catch {
      // The platform decides by itself later.
    }
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, QUIET);
  });
  list.addEventListener("change", (event) => {
    event.stopPropagation();
    const label = event.target.parentElement.textContent.trim();
    picked = event.target.value ? { code: event.target.value, name: label } : null;
    changed();
  });
  show([]);
  return {
    ask,
    chosen: () => picked,
    restore(kept) {
      picked = kept;
      show([]);
    },
  };
}
