// The market list: 离我最近 by the browser's position, and the listed markets on the map beside it.

const PROBLEMS = {
  1: "没有得到定位许可。可以在上面写街道或地名查找。",
  2: "现在定不了位。可以在上面写街道或地名查找。",
  3: "定位用时太久。请再试一次，或在上面写街道或地名查找。",
};

locateButton();
const element = document.getElementById("markets-map");
if (element && window.L) await drawMarkets(element);

function locateButton() {
  const button = document.querySelector("[data-locate]");
  const problem = document.querySelector("[data-locate-problem]");
  if (!button || !navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const label = button.innerHTML;
    button.disabled = true;
    button.textContent = "正在定位…";
    const back = () => {
      button.disabled = false;
      button.innerHTML = label;
    };
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        back();
        const address = new URL(window.location.href);
        address.searchParams.set("near", `${coords.longitude.toFixed(5)},${coords.latitude.toFixed(5)}`);
        address.searchParams.delete("page");
        window.location.assign(address);
      },
      (error) => {
        back();
        problem.textContent = PROBLEMS[error.code] ?? PROBLEMS[2];
        problem.hidden = false;
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  });
}

async function drawMarkets(target) {
  const { createMap, pinIcon, toLatLng } = await import("../../places/js/basemap.js");
  const map = createMap(target);
  const markers = [];
  for (const row of document.querySelectorAll("[data-markets-list] > li")) {
    const link = row.querySelector("a");
    const name = row.querySelector(".market-name").textContent;
    const point = toLatLng([Number(row.dataset.lon), Number(row.dataset.lat)]);
    const marker = L.marker(point, { icon: pinIcon(), title: name, alt: name }).addTo(map);
    const popup = document.createElement("a");
    popup.href = link.href;
    popup.textContent = name;
    marker.bindPopup(popup);
    const select = (on) => {
      marker.setIcon(pinIcon({ selected: on }));
      marker.setZIndexOffset(on ? 1000 : 0);
    };
    for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => select(true));
    for (const name of ["mouseleave", "focusout"]) row.addEventListener(name, () => select(false));
    markers.push(marker);
  }
  const shown = L.featureGroup(markers);
  if (target.dataset.near) {
    const here = toLatLng(target.dataset.near.split(",").map(Number));
    L.circleMarker(here, { radius: 9, className: "map-here", weight: 3 }).bindTooltip("您选的位置").addTo(map);
    // The nearest few fill the view; the rest of the list is a pan away.
    const close = L.latLngBounds([here, ...markers.slice(0, 5).map((marker) => marker.getLatLng())]);
    map.fitBounds(close, { padding: [48, 48], maxZoom: 15, animate: false });
  } else if (markers.length) {
    map.fitBounds(shown.getBounds(), { padding: [48, 48], maxZoom: 14, animate: false });
  }
}
