// The table of contents follows the reader, and closes on a phone once a line of it was chosen.

const links = [...document.querySelectorAll("[data-contents] a")];
const byId = new Map(links.map((link) => [link.hash.slice(1), link]));
const marks = [...byId.keys()].map((id) => document.getElementById(id)).filter(Boolean);

function follow() {
  let current = marks[0];
  for (const mark of marks) {
    if (mark.getBoundingClientRect().top > 120) break;
    current = mark;
  }
  for (const link of links) {
    const here = current !== undefined && link.hash === `#${current.id}`;
    if (here === link.hasAttribute("aria-current")) continue;
    if (here) {
      link.setAttribute("aria-current", "location");
      link.scrollIntoView({ block: "nearest" });
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

let waiting = false;
if (marks.length > 0) {
  addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        follow();
      });
    },
    { passive: true },
  );
  follow();
}

const top_ = document.querySelector("[data-contents-top]");
top_?.addEventListener("click", (event) => {
  if (event.target.closest("a")) top_.open = false;
});
