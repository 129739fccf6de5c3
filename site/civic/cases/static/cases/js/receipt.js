// The receipt: number, code and address on the clipboard; the draft that it came from is done with.

import { clear } from "./draft.js";

const receipt = document.querySelector("[data-receipt]");
const button = receipt.querySelector("[data-copy]");
const said = receipt.querySelector("[data-copied]");
const part = (name) => receipt.querySelector(`[data-receipt-${name}]`).textContent.trim();

if (navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(`编号 ${part("number")}\n查询码 ${part("secret")}\n${button.dataset.link}`);
      said.textContent = "已经复制，粘贴到备忘录里就不会丢。";
    } catch {
      said.textContent = "浏览器不让复制，请长按上面的编号。";
    }
  });
}
// A receipt seen again later says nothing of a draft that was begun since.
if (document.referrer && new URL(document.referrer).pathname === "/report/") clear();
