// Discussions, nicer: votes stay on the page, and selected words of the clause can be commented on by one press.

import { offerQuoting, quotingUrl } from "./quoting.js";

// Votes ------------------------------------------------------------------------------------------------------------

async function cast(form, button) {
  const note = form.querySelector("[data-vote-note]");
  const data = new FormData(form);
  data.set("value", button.value);
  for (const one of form.querySelectorAll("button")) one.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
    if (answer.status === 401) {
      location.assign(`/accounts/login/?next=${encodeURIComponent(data.get("next"))}`);
      return;
    }
    const said = await answer.json();
    if (!answer.ok) {
      note.textContent = said.message;
      return;
    }
    note.textContent = "";
    for (const one of form.querySelectorAll("button")) {
      const side = Number(one.dataset.side);
      one.value = said.mine === side ? "0" : String(side);
      one.setAttribute("aria-pressed", String(said.mine === side));
      one.querySelector("[data-count]").textContent = side === 1 ? said.ups : said.downs;
    }
  } catch {
    note.textContent = "没有连上，请再按一次。";
  } finally {
    for (const one of form.querySelectorAll("button")) one.disabled = false;
    button.focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-vote]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  cast(form, event.submitter);
});

// Selected words ---------------------------------------------------------------------------------------------------

const words = document.querySelector("[data-clause-words]");
const form = document.querySelector("[data-comment-form]");

function take(found) {
  if (!form?.elements.quote) return location.assign(quotingUrl(words.dataset.commentsUrl, found));
  for (const name of ["quote", "start", "prefix", "suffix"]) form.elements[name].value = found[name];
  const details = form.closest("details");
  if (details) details.open = true;
  form.elements.text.focus();
  form.scrollIntoView({ block: "start", behavior: "smooth" });
}

if (words && document.querySelector("[data-vote]")) offerQuoting((node) => (words.contains(node) ? words : null), take);

// A link to “写评论” opens the form it leads to.
function openForm() {
  if (location.hash !== "#say") return;
  const details = document.querySelector("[data-say]");
  if (details) details.open = true;
}
addEventListener("hashchange", openForm);
openForm();
