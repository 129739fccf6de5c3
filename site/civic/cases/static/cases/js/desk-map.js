// The queue's map beside its list: both show the same cases, and pointing at one shows it in the other.

import { createMap, toLatLng } from "../../places/js/basemap.js";

const L = window.L;
const split = document.querySelector("[data-desk-split]");
const pane = split?.querySelector("[data-desk-map]");
const toggle = document.querySelector("[data-desk-map-toggle]");
const REMEMBERED = "desk-map";
let map = null;
let drawn = false;
let markers = new Map();

function rowOf(pk) {
  return split.querySelector(`[data-case="${pk}"]`);
}

function mark(pk, on) {
  rowOf(pk)?.classList.toggle("is-shown", on);
  const marker = markers.get(pk);
  if (!marker) return;
  marker.getElement()?.classList.toggle("is-shown", on);
  marker.setZIndexOffset(on ? 1000 : 0);
}

function markerOf({ geometry, properties }) {
  const { case: pk, matter, street, step_label: step, urgent, overdue } = properties;
  const words = [matter, street, step, urgent ? "紧急" : "", overdue ? "已超期" : ""].filter(Boolean).join("，");
  const listed = rowOf(pk) !== null;
  const kind = urgent || overdue ? "is-late" : "";
  const icon = L.divIcon({ className: `desk-dot ${kind} ${listed ? "is-listed" : ""}`, iconSize: [18, 18] });
  const marker = L.marker(toLatLng(geometry.coordinates), { icon, alt: words, title: words });
  const popup = document.createElement("div");
  const link = document.createElement("a");
  link.href = properties.url;
  link.textContent = matter;
  const meta = document.createElement("p");
  meta.textContent = [street, step, urgent ? "紧急" : "", overdue ? "已超期" : ""].filter(Boolean).join(" · ");
  popup.append(link, meta);
  marker.on("mouseover popupopen", () => mark(pk, true));
  marker.on("mouseout popupclose", () => mark(pk, false));
  marker.on("click", () => rowOf(pk)?.scrollIntoView({ block: "nearest" }));
  markers.set(pk, marker);
  return marker.bindPopup(popup);
}

async function get(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(String(response.status));
  return response;
}

async function draw() {
  drawn = true;
  try {
    pane.innerHTML = await (await get(pane.dataset.deskMapPane)).text();
    map = createMap(pane.querySelector("[data-desk-map-canvas]"));
    const { features, truncated } = await (await get(pane.dataset.deskMap)).json();
    const note = pane.querySelector("[data-desk-map-note]");
    const shown = L.featureGroup(features.map(markerOf)).addTo(map);
    if (features.length) map.fitBounds(shown.getBounds().pad(0.15), { maxZoom: 15, animate: false });
    note.textContent = features.length
      ? `地图上 ${truncated ? "最紧要的 " : ""}${features.length} 件，实心的在本页列表里`
      : "这些案件都还没有位置";
  } catch {
    pane.textContent = "地图没有加载出来，列表仍可使用。";
  }
}

function show(on) {
  split.classList.toggle("has-map", on);
  pane.hidden = !on;
  toggle.setAttribute("aria-pressed", String(on));
  localStorage.setItem(REMEMBERED, on ? "on" : "off");
  if (!on) return;
  if (drawn) map?.invalidateSize();
  else draw();
}

if (pane && toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => show(pane.hidden));
  for (const name of ["mouseover", "focusin"]) {
    split.addEventListener(name, (event) => {
      const row = event.target.closest("[data-case]");
      for (const other of split.querySelectorAll("[data-case].is-shown")) {
        if (other !== row) mark(Number(other.dataset.case), false);
      }
      if (row) mark(Number(row.dataset.case), true);
    });
  }
  if (localStorage.getItem(REMEMBERED) === "on") show(true);
}
