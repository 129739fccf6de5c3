// The base map of every page that shows one: the city's outlines, an optional tile layer, keyboard and colours.
// Coordinates are [lon, lat], WGS-84, as in GeoJSON; toLatLng turns one into Leaflet's order.
//
//   import { createMap, toLatLng, token } from "…/basemap.js";
//   const map = createMap(element, { center: [116.39, 39.91], zoom: 12 });
//
// The element is written with {% basemap_attributes %} and Leaflet (window.L) is loaded before this module.

const L = window.L;
const MAX_ZOOM = 18;
const TOWNS_FROM = 11; // below it 300 streets would be a smear
const TOWN_NAMES_FROM = 13;
const DISTRICT_NAMES_UNTIL = 12;
const CROWDED = "basemap-name-crowded";
const NAME_GAP = 3; // pixels kept free beside a name
const NAME_SHIFTS = [0, -20, 20, -32, 32]; // pixels that a name may move up or down
const MARKER_EDGE = 7; // pixels of a marker that may cover the edge of a name
const motion = window.matchMedia("(prefers-reduced-motion: reduce)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** Return [lon, lat] as Leaflet's [lat, lon]. */
export function toLatLng([lon, lat]) {
  return [lat, lon];
}

/** Return the value of a CSS custom property of the page, such as token("--accent"). */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Return a marker icon in the site's accent colour; `selected` makes it larger. */
export function pinIcon({ selected = false } = {}) {
  const size = selected ? 40 : 30;
  const path = "M15 1a10 10 0 0 0-10 10c0 7 10 18 10 18s10-11 10-18A10 10 0 0 0 15 1Z";
  return L.divIcon({
    className: "map-pin-icon",
    html: `<svg viewBox="0 0 30 30" width="${size}" height="${size}" aria-hidden="true">
      <path class="map-pin" stroke-width="1.5" d="${path}"/><circle cx="15" cy="11" r="3.5" fill="#fff"/></svg>`,
    iconSize: [size, size],
    iconAnchor: [size / 2, size * 0.97],
    popupAnchor: [0, -size * 0.9],
  });
}

/**
 * Draw the city in `element` and return the Leaflet map.
 * Without `center` the whole city is shown. Outlines arrive later: `map.outlines` resolves when they are drawn.
 */
export function createMap(element, { center = null, zoom = 12 } = {}) {
  const [west, south, east, north] = element.dataset.basemapBbox.split(",").map(Number);
  const city = L.latLngBounds([south, west], [north, east]);
  const map = L.map(element, {
    zoomControl: false,
    attributionControl: false,
    minZoom: 7,
    maxZoom: MAX_ZOOM,
    maxBounds: city.pad(0.4),
    scrollWheelZoom: false,
    zoomAnimation: !motion.matches,
    fadeAnimation: !motion.matches,
    markerZoomAnimation: !motion.matches,
    inertia: !motion.matches,
  });
  if (center) map.setView(toLatLng(center), zoom);
  else map.fitBounds(city, { animate: false });

  L.control.zoom({ position: "topright", zoomInTitle: "放大", zoomOutTitle: "缩小" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  wheelOnlyWhenUsed(map, element);

  const { basemapTiles: tiles, basemapTilesAttribution: credit, basemapNumber: number } = element.dataset;
  const attribution = L.control.attribution({ prefix: false }).addTo(map);
  if (number) attribution.addAttribution(escapeText(`审图号：${number}`));
  if (tiles) {
    element.classList.add("basemap-over-tiles");
    L.tileLayer(tiles, { maxZoom: MAX_ZOOM, attribution: credit ? escapeText(credit) : "" }).addTo(map);
  }
  map.outlines = drawOutlines(map, element);
  return map;
}

function escapeText(text) {
  const span = document.createElement("span");
  span.textContent = text;
  return span.innerHTML;
}

// A page that scrolls past a map must go on scrolling: the wheel zooms only a map that has been pressed or focused.
function wheelOnlyWhenUsed(map, element) {
  element.addEventListener("focusin", () => map.scrollWheelZoom.enable());
  element.addEventListener("focusout", () => map.scrollWheelZoom.disable());
  element.addEventListener("pointerdown", () => map.scrollWheelZoom.enable());
  element.addEventListener("pointerleave", () => {
    if (!element.contains(document.activeElement)) map.scrollWheelZoom.disable();
  });
}

async function drawOutlines(map, element) {
  const over = Boolean(element.dataset.basemapTiles);
  const districtStyle = () => ({
    color: token("--line-strong"),
    weight: 1.4,
    fill: !over,
    fillColor: token("--ground"),
    fillOpacity: 1,
    interactive: false,
  });
  const townStyle = () => ({ color: token("--line-strong"), weight: 0.6, opacity: 0.7, fill: false, interactive: false });
  // Outlines lie below everything that a page draws on the map.
  map.createPane("outlines").style.zIndex = 250;
  map.createPane("names").style.zIndex = 350;
  map.getPane("names").style.pointerEvents = "none";
  try {
    const districts = outline(await load(element.dataset.basemapDistricts), districtStyle);
    districts.shapes.addTo(map);
    const names = nameLayer(districts.features, "district", "");
    let towns = null;
    let townNames = null;
    let loading = null;
    const follow = async () => {
      const zoom = map.getZoom();
      toggle(map, names, zoom <= DISTRICT_NAMES_UNTIL);
      if (zoom >= TOWNS_FROM && !towns) {
        loading ??= load(element.dataset.basemapTowns);
        const collection = await loading;
        if (towns) return;
        towns = outline(collection, townStyle);
        townNames = nameLayer(towns.features, "street", "basemap-name-town");
      }
      if (towns) {
        toggle(map, towns.shapes, map.getZoom() >= TOWNS_FROM);
        toggle(map, townNames, map.getZoom() >= TOWN_NAMES_FROM);
      }
    };
    map.on("zoomend", () => follow().catch(() => notice(map)));
    map.on("zoomend moveend resize layeradd", () => scheduleNames(map));
    dark.addEventListener("change", () => {
      districts.shapes.setStyle(districtStyle());
      towns?.shapes.setStyle(townStyle());
    });
    await follow();
    scheduleNames(map);
  } catch {
    notice(map);
  }
}

async function load(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`outlines: ${response.status}`);
  return response.json();
}

function outline(collection, style) {
  return { features: collection.features, shapes: L.geoJSON(collection, { style, pane: "outlines", interactive: false }) };
}

function nameLayer(features, property, extra) {
  const markers = features.map((feature) =>
    L.marker(toLatLng(feature.properties.label), {
      area: L.geoJSON(feature).getBounds(),
      icon: L.divIcon({
        className: `basemap-name ${extra}`,
        html: `<span>${escapeText(feature.properties[property])}</span>`,
        iconSize: [140, 20],
      }),
      pane: "names",
      interactive: false,
      keyboard: false,
    }),
  );
  return L.layerGroup(markers);
}

// Layers come many at once: one look per frame is enough.
function scheduleNames(map) {
  map.namesFrame ??= requestAnimationFrame(() => {
    map.namesFrame = null;
    spreadNames(map);
  });
}

// A name that would lie over one already placed, or under a marker, moves up or down inside its area; where that does
// not help it is hidden until there is room. Names that show come first, so that they do not flicker on the way.
function spreadNames(map) {
  const names = [];
  map.eachLayer((layer) => {
    if (layer.options.pane === "names" && layer.getElement) names.push(layer);
  });
  const crowded = (name) => Number(name.getElement().classList.contains(CROWDED));
  names.sort((one, other) => crowded(one) - crowded(other));
  const markers = [...map.getPane("markerPane").children].map((marker) => inset(marker.getBoundingClientRect()));
  const placed = [];
  for (const name of names) {
    const text = name.getElement().firstElementChild;
    text.style.translate = "";
    const home = text.getBoundingClientRect();
    const shift = NAME_SHIFTS.find((pixels) => {
      const box = boxAt(home, pixels);
      return !hits(box, placed) && !hits(box, markers) && staysInside(map, name, pixels);
    });
    name.getElement().classList.toggle(CROWDED, shift === undefined);
    if (shift === undefined) continue;
    if (shift) text.style.translate = `0 ${shift}px`;
    placed.push(boxAt(home, shift));
  }
}

function staysInside(map, name, pixels) {
  const point = map.latLngToLayerPoint(name.getLatLng()).add([0, pixels]);
  return pixels === 0 || name.options.area.contains(map.layerPointToLatLng(point));
}

function inset({ left, right, top, bottom }) {
  const edge = MARKER_EDGE;
  return { left: left + edge, right: right - edge, top: top + edge, bottom: bottom - edge };
}

function boxAt({ left, right, top, bottom }, shift) {
  return { left: left - NAME_GAP, right: right + NAME_GAP, top: top + shift, bottom: bottom + shift };
}

function hits(box, others) {
  return others.some(
    (other) =>
      box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top,
  );
}

function toggle(map, layer, shown) {
  if (shown && !map.hasLayer(layer)) layer.addTo(map);
  if (!shown && map.hasLayer(layer)) layer.remove();
}

function notice(map) {
  if (map.outlineNotice) return;
  const control = L.control({ position: "topleft" });
  control.onAdd = () => {
    const text = L.DomUtil.create("p", "basemap-notice");
    text.setAttribute("role", "status");
    text.textContent = "区划边界没有加载出来，地图上的标记仍可使用。";
    return text;
  };
  map.outlineNotice = control.addTo(map);
}
