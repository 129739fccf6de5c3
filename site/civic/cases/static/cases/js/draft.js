// The report that is being written, kept on this device until its receipt has come: words, place and photos.
// Name and telephone are kept only from the moment that the person presses "submit".

const DATABASE = "report-draft";
const STORE = "drafts";
const KEY = "current";
const WEEK = 7 * 24 * 3600 * 1000;
let closed = false; // after the receipt nothing may bring the draft back

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Return the kept draft, or null; one older than a week is forgotten. */
export async function load() {
  try {
    const draft = await within("readonly", (store) => store.get(KEY));
    if (!draft) return null;
    if (Date.now() - draft.savedAt > WEEK) {
      await within("readwrite", (store) => store.delete(KEY));
      return null;
    }
    return draft;
  } catch {
    return null; // a private window may have no storage: the form works as ever
  }
}

/** Keep the draft; return whether this device could. */
export async function save(draft) {
  if (closed) return false;
  try {
    await within("readwrite", (store) => store.put({ ...draft, savedAt: Date.now() }, KEY));
    return true;
  } catch {
    return false;
  }
}

/** Forget the draft; with `forGood` this page keeps nothing any more. */
export async function clear({ forGood = false } = {}) {
  closed ||= forGood;
  try {
    await within("readwrite", (store) => store.delete(KEY));
  } catch {
    // nothing was kept
  }
}
