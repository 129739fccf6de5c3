// One market's place on the map.
import { createMap, pinIcon, toLatLng } from "../../places/js/basemap.js";

const element = document.getElementById("market-map");
const center = element.dataset.point.split(",").map(Number);
const map = createMap(element, { center, zoom: 14 });
const { name } = element.dataset;
L.marker(toLatLng(center), { icon: pinIcon({ selected: true }), title: name, alt: name }).addTo(map);
