// Reading a document that takes opinions: words selected in a clause lead to its comments, quoted there.

import { offerQuoting, quotingUrl } from "./quoting.js";

const wordsOf = (node) => {
  const element = node instanceof Element ? node : node.parentElement;
  const words = element?.closest(".wiki-text .clause > :first-child");
  return words?.parentElement.querySelector(".clause-comments") ? words : null;
};

offerQuoting(wordsOf, (found) => {
  const link = found.words.parentElement.querySelector(".clause-comments");
  location.assign(quotingUrl(link.href, found));
});
