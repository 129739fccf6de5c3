// The report form: a pin on the map, the person's own position, and a draft that survives a closed page.

import { createMap, pinIcon, toLatLng } from "../../places/js/basemap.js";

const DRAFT = "report-draft";
const form = document.querySelector("[data-report-form]");
const lon = form.elements.lon;
const lat = form.elements.lat;
const status = form.querySelector("[data-place]");
const element = document.getElementById("report-map");

const given = lon.value && lat.value ? [Number(lon.value), Number(lat.value)] : null;
const map = createMap(element, { center: given ?? [116.3913, 39.9073], zoom: given ? 16 : 11 });
let marker = null;

function place(latlng, sentence) {
  if (!marker) {
    marker = window.L.marker(latlng, { icon: pinIcon({ selected: true }), draggable: true, keyboard: true, alt: "问题位置" });
    marker.addTo(map).on("dragend", () => place(marker.getLatLng(), "标记已移动"));
  }
  marker.setLatLng(latlng);
  lon.value = latlng.lng.toFixed(6);
  lat.value = latlng.lat.toFixed(6);
  status.textContent = `${sentence}：东经 ${latlng.lng.toFixed(4)}°，北纬 ${latlng.lat.toFixed(4)}°`;
}

if (given) place(window.L.latLng(toLatLng(given)), "已标记");
map.on("click", (event) => place(event.latlng, "已标记"));
element.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== element) return;
  event.preventDefault();
  place(map.getCenter(), "标记放在地图中心");
});

const locate = form.querySelector("[data-locate]");
if ("geolocation" in navigator) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    status.textContent = "正在定位……";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const here = window.L.latLng(coords.latitude, coords.longitude);
        map.setView(here, 16);
        place(here, "已标记您的位置");
      },
      () => {
        status.textContent = "没能取得位置，请直接在地图上点，或在下面写地址。";
      },
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  });
}

// The draft holds the sentence and the address only: nothing that identifies a person stays in the browser.
const kept = ["text", "address"];
try {
  const draft = JSON.parse(localStorage.getItem(DRAFT) ?? "{}");
  for (const name of kept) if (!form.elements[name].value && draft[name]) form.elements[name].value = draft[name];
} catch {
  localStorage.removeItem(DRAFT);
}
form.addEventListener("input", () => {
  localStorage.setItem(DRAFT, JSON.stringify(Object.fromEntries(kept.map((name) => [name, form.elements[name].value]))));
});
form.addEventListener("submit", () => {
  localStorage.removeItem(DRAFT);
  const button = form.querySelector("button[type=submit]");
  button.setAttribute("aria-busy", "true");
  button.textContent = "正在提交……";
});
