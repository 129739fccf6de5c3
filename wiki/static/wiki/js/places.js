// The list of places a clause can be moved to: words narrow it down, thumbs and arrow keys choose. The select that it
// stands for stays the field that is sent.

const SHOWN = 60;

export function choosePlaces(form) {
  const select = form.querySelector("select[data-places]");
  if (!select) return;
  const places = [...select.options]
    .filter((option) => option.value)
    .map((option) => ({ value: option.value, name: option.text.trim(), depth: option.text.match(/^\u3000*/)[0].length }));
  const label = form.querySelector(`label[for="${select.id}"]`);
  const search = document.createElement("input");
  search.type = "search";
  search.id = `${select.id}_search`;
  search.placeholder = "写序号或几个字来找";
  search.autocomplete = "off";
  const list = document.createElement("div");
  list.className = "suggest-places";
  list.setAttribute("role", "radiogroup");
  list.setAttribute("aria-label", label.textContent);
  label.htmlFor = search.id;
  select.hidden = true;
  select.after(search, list);

  const render = () => {
    const sought = search.value.trim().toLowerCase();
    const found = places.filter((place) => place.name.toLowerCase().includes(sought));
    const chosen = found.findIndex((place) => place.value === select.value);
    const from = Math.max(0, Math.min(chosen - 3, found.length - SHOWN));
    const shown = found.slice(from, from + SHOWN);
    list.replaceChildren(...shown.map(row));
    if (shown.length < found.length) {
      const more = document.createElement("p");
      more.className = "meta";
      more.textContent = `还有 ${found.length - shown.length} 条，写几个字找得更快`;
      list.append(more);
    }
    if (found.length === 0) {
      const none = document.createElement("p");
      none.className = "meta";
      none.textContent = "没有这样的条款，换几个字试试";
      list.append(none);
    }
  };

  const row = (place) => {
    const line = document.createElement("label");
    line.className = "choice";
    line.style.setProperty("--depth", place.depth);
    const radio = document.createElement("input");
    radio.type = "radio";
    radio.name = `${select.id}_place`;
    radio.checked = place.value === select.value;
    radio.addEventListener("change", () => {
      select.value = place.value;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const name = document.createElement("span");
    name.textContent = place.name;
    line.append(radio, name);
    return line;
  };

  search.addEventListener("input", (event) => {
    event.stopPropagation(); // what is sought is no part of the suggestion
    render();
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  // Where there are few places to search there is nothing to search for.
  search.hidden = places.length <= 8;
  render();
}
