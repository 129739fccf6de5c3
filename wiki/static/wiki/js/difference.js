// A small difference for the live preview: common ends, then a longest common subsequence of characters and numbers.
// The server makes the one that counts; this one only has to be quick and right.

const TOKEN = /[0-9０-９]+(?:[.,．][0-9０-９]+)*[%％‰]?|[A-Za-z\u00c0-\u024f]+|[\s\S]/gu;
const LIMIT = 1_500_000; // cells of the table: above it the middle is shown as replaced

export function difference(before, after) {
  const a = before.match(TOKEN) ?? [];
  const b = after.match(TOKEN) ?? [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA -= 1;
    endB -= 1;
  }
  const spans = [];
  push(spans, "same", a.slice(0, start).join(""));
  for (const [operation, text] of middle(a.slice(start, endA), b.slice(start, endB))) push(spans, operation, text);
  push(spans, "same", a.slice(endA).join(""));
  return spans;
}

function push(spans, operation, text) {
  if (text === "") return;
  const last = spans.at(-1);
  if (last && last[0] === operation) last[1] += text;
  else spans.push([operation, text]);
}

function middle(a, b) {
  if (a.length * b.length > LIMIT || a.length === 0 || b.length === 0) {
    return [
      ["del", a.join("")],
      ["ins", b.join("")],
    ];
  }
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        a[i] === b[j]
          ? table[(i + 1) * width + j + 1] + 1
          : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  const spans = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(spans, "same", a[i]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      push(spans, "del", a[i]);
      i += 1;
    } else {
      push(spans, "ins", b[j]);
      j += 1;
    }
  }
  return spans;
}
