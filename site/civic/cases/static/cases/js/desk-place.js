// Correcting a case's place with a pin: the map fills in the two numbers, which work without it as well.

import { createMap, pinIcon, toLatLng } from "../../places/js/basemap.js";

const L = window.L;
const fold = document.querySelector("[data-desk-place]");

function start() {
  const form = fold.querySelector("form");
  const { lon, lat, address } = form.elements;
  const status = form.querySelector("[data-place-status]");
  const element = form.querySelector(".desk-place-map");
  const known = element.dataset.point?.split(",").map(Number) ?? null;
  form.querySelector("[data-place-map]").hidden = false;
  const map = createMap(element, known ? { center: known, zoom: 15 } : {});
  const icon = pinIcon({ selected: true });
  let marker = null;

  // Without a new point the pin stands where the case is, and nothing is sent.
  function draw(latlng) {
    if (!marker) {
      marker = L.marker(latlng, { icon, draggable: true, keyboard: true, alt: "案件位置" }).addTo(map);
      marker.on("dragend", () => put(marker.getLatLng()));
    }
    marker.setLatLng(latlng);
  }

  function put(latlng) {
    draw(latlng);
    lon.value = latlng.lng.toFixed(6);
    lat.value = latlng.lat.toFixed(6);
    address.value = "";
    status.textContent = "图钉已移动，写明理由后记录。";
  }

  function typed() {
    const point = [Number(lon.value), Number(lat.value)];
    if (!lon.value || !lat.value || point.some(Number.isNaN)) return;
    address.value = "";
    const latlng = L.latLng(toLatLng(point));
    draw(latlng);
    map.setView(latlng, 15);
  }

  if (known) draw(L.latLng(toLatLng(known)));
  map.on("click", (event) => put(event.latlng));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== element) return;
    event.preventDefault();
    put(map.getCenter());
  });
  lon.addEventListener("change", typed);
  lat.addEventListener("change", typed);
  address.addEventListener("input", () => {
    if (!address.value) return;
    lon.value = "";
    lat.value = "";
    if (known) draw(L.latLng(toLatLng(known)));
    status.textContent = "";
  });
  return {
    put(point) {
      const latlng = L.latLng(toLatLng(point));
      map.setView(latlng, 16);
      put(latlng);
    },
  };
}

if (fold) {
  let picker = null;
  const open = () => {
    picker ??= start();
    return picker;
  };
  fold.addEventListener("toggle", () => fold.open && open());
  for (const button of document.querySelectorAll("[data-doubt]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      fold.open = true;
      open().put(button.dataset.doubt.split(",").map(Number));
      fold.querySelector("[name=reason]").focus();
    });
  }
}
