// One key per decision: 1 2 3, O and S press what the page shows; / goes to the search.

const page = document.querySelector("[data-triage]");

document.addEventListener("keydown", (event) => {
  if (!page || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "/") {
    event.preventDefault();
    page.querySelector("#triage-code-search, #triage-code")?.focus();
    return;
  }
  const button = page.querySelector(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button || page.dataset.sent) return;
  event.preventDefault();
  page.dataset.sent = "yes";
  button.click();
});
