// The public map: clusters from afar, single cases from near, a list beside it that follows the view.

import { createMap, pinIcon, toLatLng } from "../../places/js/basemap.js";

const L = window.L;
const element = document.getElementById("cases-map");
const list = document.querySelector("[data-list]");
const count = document.querySelector("[data-count]");
const title = document.getElementById("list-title");
const steps = document.querySelector("[data-steps]");
const newest = list.innerHTML; // what the server sent: shown again when the view holds clusters only
const map = createMap(element);
// The whole city with its mountains leaves the streets too small to tell apart: start one level nearer.
map.setZoom(map.getZoom() + 1, { animate: false });
const layer = L.layerGroup().addTo(map);
let running = null;
let step = "";

function text(tag, content, className = "") {
  const node = document.createElement(tag);
  node.textContent = content;
  if (className) node.className = className;
  return node;
}

function clusterMarker({ geometry, properties }) {
  const size = Math.round(28 + 10 * Math.log10(properties.count + 1));
  const icon = L.divIcon({ className: "cluster-icon", html: String(properties.count), iconSize: [size, size] });
  const marker = L.marker(toLatLng(geometry.coordinates), { icon, alt: `${properties.count} 件，放大查看` });
  return marker.on("click keypress", () => map.flyTo(toLatLng(geometry.coordinates), Math.min(map.getZoom() + 3, 16)));
}

function caseMarker({ geometry, properties }) {
  const label = `${properties.matter}，${properties.street}，${properties.step_label}`;
  const marker = L.marker(toLatLng(geometry.coordinates), { icon: pinIcon(), alt: label, title: label });
  const popup = document.createElement("div");
  const link = text("a", properties.matter);
  link.href = new URL(properties.url).pathname;
  popup.append(link);
  if (properties.matter_note) popup.append(text("p", properties.matter_note, "meta"));
  popup.append(text("p", `${properties.district}${properties.street} · ${properties.step_label}`, "meta"));
  return marker.bindPopup(popup);
}

function listItem({ properties }) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = new URL(properties.url).pathname;
  const meta = text("span", "", "meta");
  meta.append(text("span", `${properties.district}${properties.street}`), text("span", properties.step_label));
  if (properties.matter_note) meta.append(text("span", properties.matter_note));
  link.append(text("strong", properties.matter, "map-item-title"), meta);
  item.append(link);
  return item;
}

async function load() {
  running?.abort();
  running = new AbortController();
  const bounds = map.getBounds();
  const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((edge) => edge.toFixed(5));
  const query = new URLSearchParams({ bbox: box.join(","), zoom: String(map.getZoom()) });
  if (step) query.set("step", step);
  try {
    const response = await fetch(`${element.dataset.cases}?${query}`, { signal: running.signal });
    if (!response.ok) throw new Error(String(response.status));
    show(await response.json());
  } catch (error) {
    if (error.name !== "AbortError") count.textContent = "地图数据没有加载出来，请稍后再试；下面的列表仍可使用。";
  }
}

function show({ features, truncated }) {
  layer.clearLayers();
  let total = 0;
  const singles = [];
  for (const feature of features) {
    total += feature.properties.cluster ? feature.properties.count : 1;
    layer.addLayer(feature.properties.cluster ? clusterMarker(feature) : caseMarker(feature));
    if (!feature.properties.cluster) singles.push(feature);
  }
  count.textContent = total ? `这个范围里有 ${truncated ? "超过 " : ""}${total} 件` : "这个范围里没有反映";
  title.textContent = singles.length ? "地图上的反映" : "最新的反映";
  if (singles.length) list.replaceChildren(...singles.slice(0, 40).map(listItem));
  else list.innerHTML = newest;
}

steps.hidden = false;
steps.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-step]");
  if (!chip) return;
  step = chip.dataset.step;
  for (const other of steps.children) other.setAttribute("aria-pressed", String(other === chip));
  load();
});
map.on("moveend", load);
load();
