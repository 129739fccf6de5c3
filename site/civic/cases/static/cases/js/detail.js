// The small map of one case.

import { createMap, pinIcon, toLatLng } from "../../places/js/basemap.js";

const element = document.getElementById("case-map");
const point = [Number(element.dataset.lon), Number(element.dataset.lat)];
const map = createMap(element, { center: point, zoom: 14 });
window.L.marker(toLatLng(point), { icon: pinIcon({ selected: true }), keyboard: false, alt: "案件位置" }).addTo(map);
