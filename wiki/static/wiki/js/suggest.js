// The page of its own for a suggestion.

import { enhance } from "./editor.js";

for (const root of document.querySelectorAll("[data-suggest-root]")) enhance(root);
