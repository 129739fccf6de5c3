// Words that somebody wrote say who and when at the foot of the window: on hover, focus or the first tap.
// The second tap, Enter or a click with a mouse follows the link to the version.

const text = document.querySelector("[data-attribution]");
const note = document.querySelector("[data-attribution-note]");
let shown = null;

function show(piece) {
  if (shown === piece) return;
  shown?.classList.remove("is-shown");
  shown = piece;
  note.hidden = !piece;
  if (!piece) return;
  piece.classList.add("is-shown");
  note.textContent = piece.dataset.about;
}

if (text && note) {
  for (const piece of text.querySelectorAll("a.who")) {
    piece.dataset.about = piece.title;
    piece.setAttribute("aria-description", piece.title);
    piece.removeAttribute("title"); // one explanation, not two
  }
  const pieceOf = (event) => event.target.closest?.("a.who") ?? null;
  let before = null;
  text.addEventListener("pointerdown", () => {
    before = shown;
  });
  text.addEventListener("pointerover", (event) => {
    if (event.pointerType === "mouse") show(pieceOf(event));
  });
  text.addEventListener("focusin", (event) => show(pieceOf(event)));
  text.addEventListener("click", (event) => {
    const piece = pieceOf(event);
    if (piece && event.pointerType === "touch" && before !== piece) event.preventDefault();
    show(piece);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") show(null);
  });
}
