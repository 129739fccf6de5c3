// The place of a report: a pin on the map, the person's own position, and the place that the words name.

import { createMap, pinIcon, toLatLng } from "../../places/js/basemap.js";

const CITY = 11;
const STREET = 16;

async function ask(url, token, body) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error?.message ?? ""), { told: answer.error?.message });
  return answer.place;
}

/** Take over the place part of the form. Returns { shown, words, put, summary }. */
export function placePicker(form, changed) {
  const { lon, lat, address, csrfmiddlewaretoken: token } = form.elements;
  const root = form.querySelector("[data-place-root]");
  const url = root.dataset.whereUrl;
  const status = root.querySelector("[data-place]");
  const offer = root.querySelector("[data-place-offer]");
  const element = root.querySelector(".map-pick");
  const given = lon.value && lat.value ? [Number(lon.value), Number(lat.value)] : null;
  const map = createMap(element, { center: given ?? element.dataset.centre.split(",").map(Number), zoom: given ? STREET : CITY });
  let marker = null;
  let street = "";
  let offered = null;
  let asked = "";
  const refused = new Set();

  async function name(latlng) {
    const here = `${latlng.lng.toFixed(6)},${latlng.lat.toFixed(6)}`;
    const rough = `东经 ${latlng.lng.toFixed(4)}°，北纬 ${latlng.lat.toFixed(4)}°`;
    status.textContent = `已标记：${rough}`;
    street = rough;
    try {
      const place = await ask(url, token.value, { lon: Number(latlng.lng.toFixed(6)), lat: Number(latlng.lat.toFixed(6)) });
      if (here !== `${lon.value},${lat.value}`) return;
      street = `${place.district}${place.street}`;
      status.textContent = `已标记：${street}`;
      root.classList.remove("has-error");
    } catch (error) {
      if (here !== `${lon.value},${lat.value}` || !error.told) return;
      status.textContent = `${error.told}请在地图上重新选点。`;
      root.classList.add("has-error");
    }
    changed();
  }

  function place(latlng) {
    if (!marker) {
      marker = window.L.marker(latlng, { icon: pinIcon({ selected: true }), draggable: true, keyboard: true, alt: "问题位置" });
      marker.addTo(map).on("dragend", () => place(marker.getLatLng()));
    }
    marker.setLatLng(latlng);
    lon.value = latlng.lng.toFixed(6);
    lat.value = latlng.lat.toFixed(6);
    offer.hidden = true;
    changed();
    name(latlng);
  }

  map.on("click", (event) => place(event.latlng));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== element) return;
    event.preventDefault();
    place(map.getCenter());
  });

  const locate = root.querySelector("[data-locate]");
  if ("geolocation" in navigator) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      status.textContent = "正在定位……";
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const here = window.L.latLng(coords.latitude, coords.longitude);
          map.setView(here, STREET);
          place(here);
        },
        () => {
          status.textContent = "没能取得位置，请直接在地图上点，或在下面写地址。";
        },
        { enableHighAccuracy: true, timeout: 10_000 },
      );
    });
  }

  // What the words name is only offered: the person says whether it is meant.
  async function words(text) {
    const said = text.trim();
    if (lon.value || said.length < 2 || said === asked) return;
    asked = said;
    try {
      const found = await ask(url, token.value, { text: said.slice(0, 400) });
      if (said !== asked || lon.value) return;
      offered = found && !refused.has(found.name) ? found : null;
      offer.hidden = !offered;
      if (!offered) return;
      const where = `${offered.district}${offered.street}`;
      offer.querySelector("[data-place-name]").textContent = where.includes(offered.name) ? where : `${where} ${offered.name}`;
    } catch {
      // The offer is a help: without an answer the map works as ever.
    }
  }
  offer.querySelector("[data-place-yes]").addEventListener("click", () => {
    const exact = ["point", "place"].includes(offered.precision);
    map.setView(toLatLng([offered.lon, offered.lat]), exact ? STREET : offered.precision === "street" ? 14 : 12);
    place(window.L.latLng(offered.lat, offered.lon));
    element.focus({ preventScroll: true });
  });
  offer.querySelector("[data-place-no]").addEventListener("click", () => {
    refused.add(offered.name);
    offer.hidden = true;
  });
  address.addEventListener("change", () => words(address.value));

  if (given) place(window.L.latLng(toLatLng(given)));
  return {
    words,
    shown: () => map.invalidateSize({ animate: false }),
    put(point) {
      map.setView(toLatLng(point), STREET, { animate: false });
      place(window.L.latLng(toLatLng(point)));
    },
    summary: () => [lon.value ? street : "", address.value.trim()].filter(Boolean).join("，"),
  };
}
