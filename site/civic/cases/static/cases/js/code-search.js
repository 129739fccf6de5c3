// A search field in the place of a select of matter codes; the select stays and carries the value.

const WAIT = 120;

export function searchable(select) {
  const input = document.createElement("input");
  const list = document.createElement("ul");
  const id = `${select.id}-found`;
  const label = document.querySelector(`label[for="${select.id}"]`);
  let timer = 0;
  let asked = 0;
  let active = -1;

  Object.assign(input, { type: "text", autocomplete: "off", id: `${select.id}-search` });
  input.placeholder = "搜索名称、说法或代码";
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", id], ["aria-autocomplete", "list"]]) {
    input.setAttribute(name, value);
  }
  Object.assign(list, { id, className: "desk-found", hidden: true });
  list.setAttribute("role", "listbox");
  const box = document.createElement("span");
  box.className = "desk-combobox";
  select.before(box);
  box.append(input, list, select);
  select.hidden = true;
  if (label) label.htmlFor = input.id;

  const present = () => {
    const chosen = select.selectedOptions[0];
    return chosen?.value ? chosen.textContent : "";
  };
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (code) => {
    select.value = code;
    input.value = present();
    close();
  };
  const mark = (index) => {
    const items = [...list.children];
    active = (index + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
    input.setAttribute("aria-activedescendant", items[active].id);
    items[active].scrollIntoView({ block: "nearest" });
  };
  const show = (codes) => {
    list.replaceChildren(
      ...codes.map((found, index) => {
        const item = document.createElement("li");
        item.id = `${id}-${index}`;
        item.dataset.code = found.code;
        item.setAttribute("role", "option");
        item.append(`${found.name} `);
        const more = document.createElement("small");
        more.textContent = [found.code, found.major, found.through && `“${found.through}”`].filter(Boolean).join(" · ");
        item.append(more);
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(found.code);
        });
        return item;
      }),
    );
    list.hidden = codes.length === 0;
    input.setAttribute("aria-expanded", String(codes.length > 0));
    if (codes.length) mark(0);
  };
  const search = async () => {
    const query = input.value.trim();
    const mine = ++asked;
    if (!query) {
      const empty = [...select.options].find((option) => option.value === "");
      if (empty) select.value = "";
      close();
      return;
    }
    const response = await fetch(`/admin/cases/codes/?q=${encodeURIComponent(query)}`);
    if (mine === asked && response.ok) show((await response.json()).codes);
  };

  input.value = present();
  input.addEventListener("focus", () => input.select());
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, WAIT);
  });
  input.addEventListener("blur", () => {
    close();
    if (input.value.trim()) input.value = present();
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(active + (event.key === "ArrowDown" ? 1 : -1));
    else if (event.key === "Enter") choose(list.children[active].dataset.code);
    else if (event.key === "Escape") {
      close();
      input.value = present();
    } else return;
    event.preventDefault();
  });
}
