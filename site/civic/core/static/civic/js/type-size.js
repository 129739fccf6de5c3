// The 关怀版 switch: large type on or off, remembered on this device only.
const root = document.documentElement;

function show(button) {
  button.setAttribute("aria-pressed", String(root.dataset.type === "large"));
}

for (const button of document.querySelectorAll("[data-type-switch]")) {
  button.hidden = false;
  show(button);
  button.addEventListener("click", () => {
    const large = root.dataset.type !== "large";
    if (large) root.dataset.type = "large";
    else delete root.dataset.type;
    try {
      localStorage.setItem("civic.type", large ? "large" : "normal");
    } catch {
      /* storage may be blocked: the choice lasts for this page */
    }
    document.querySelectorAll("[data-type-switch]").forEach(show);
  });
}
