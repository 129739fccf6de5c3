// Words selected in a clause can be commented on by one press.

const CONTEXT = 32;

// Shows “评论这句” below words that are selected within one clause and calls `take` with where they stand there.
// `wordsOf` returns the element that holds a clause's words and nothing else, for a node in it; null elsewhere.
export function offerQuoting(wordsOf, take) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quote-button";
  button.textContent = "评论这句";
  button.hidden = true;
  document.body.append(button);
  let found = null;
  const offer = () => {
    found = selected(wordsOf);
    button.hidden = !found;
    if (!found) return;
    const left = Math.min(Math.max(found.box.left, 8), innerWidth - button.offsetWidth - 8);
    button.style.left = `${left + scrollX}px`;
    button.style.top = `${found.box.bottom + scrollY + 8}px`;
  };
  document.addEventListener("selectionchange", offer);
  offer(); // of what was selected before this script had come
  // the press must not take the selection away before it is read
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const chosen = found;
    button.hidden = true;
    getSelection().removeAllRanges();
    if (chosen) take(chosen);
  });
}

// Where the form for a comment is that has the quotation in it already.
export function quotingUrl(url, { quote, start, prefix, suffix }) {
  return `${url}?${new URLSearchParams({ quote, start, prefix, suffix })}#say`;
}

function selected(wordsOf) {
  const selection = getSelection();
  if (selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const words = wordsOf(range.startContainer);
  if (!words) return null;
  // A whole paragraph, chosen by three clicks, ends at the very beginning of what stands after it.
  if (!words.contains(range.endContainer) && range.endOffset === 0) range.setEnd(words, words.childNodes.length);
  if (wordsOf(range.endContainer) !== words) return null;
  const label = words.querySelector(".clause-label");
  const origin = document.createRange();
  if (label) origin.setStartAfter(label);
  else origin.setStart(words, 0);
  if (range.compareBoundaryPoints(Range.START_TO_START, origin) < 0) {
    range.setStart(origin.startContainer, origin.startOffset); // a clause's number is none of its words
  }
  const quote = range.toString().trim();
  if (quote === "") return null;
  origin.setEnd(range.startContainer, range.startOffset);
  const after = document.createRange();
  after.setStart(range.endContainer, range.endOffset);
  after.setEnd(words, words.childNodes.length);
  const before = origin.toString();
  return {
    words,
    quote,
    start: before.length,
    prefix: before.slice(-CONTEXT),
    suffix: after.toString().slice(0, CONTEXT),
    box: range.getBoundingClientRect(),
  };
}
