// Keeps the HTML of what is pasted, so that headings, lists and tables of a web page or a Word file survive.

const words = document.querySelector("[data-paste]");
const html = document.querySelector("[data-paste-html]");
const note = document.querySelector("[data-paste-note]");
const LIMIT = 400 * 1024;

if (words && html && note) {
  let pasted = "";
  words.addEventListener("paste", (event) => {
    const source = event.clipboardData?.getData("text/html") ?? "";
    // Only a paste into an empty field is the whole text; a later one is a correction of words.
    pasted = words.value === "" && source !== "" && source.length <= LIMIT ? source : "";
  });
  words.addEventListener("input", () => {
    html.value = pasted;
    pasted = "";
    note.hidden = html.value === "";
  });
}
