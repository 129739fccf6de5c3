// Examples fill the sentence box instead of leaving the page, so that people can finish the sentence in their own words.
for (const example of document.querySelectorAll("a[data-fill]")) {
  const box = document.getElementById(example.dataset.fill);
  example.addEventListener("click", (event) => {
    if (!box || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    box.value = example.textContent.trim();
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  });
}
