// Applies the reader's stored 关怀版 choice before the first paint; a classic script because modules run after it.
try {
  if (localStorage.getItem("civic.type") === "large") document.documentElement.dataset.type = "large";
} catch {
  /* storage may be blocked: the page keeps its normal size */
}
