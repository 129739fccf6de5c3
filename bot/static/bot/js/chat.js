// The conversation page: sends a message, shows the answers, asks again while an answer is pending.

const SENDER_KEY = "bot-sender";
const LOG_KEY = "bot-log";
const LOG_LIMIT = 80;
const POLL_MS = 2000;
const POLL_TIMES = 15;
const TIMEOUT_MS = 20000;
const LINK = /https?:\/\/[^\s，。；、）)】]+/g;

const chat = document.getElementById("chat");
const log = chat.querySelector("[data-log]");
const status = chat.querySelector("[data-status]");
const suggestions = chat.querySelector("[data-suggestions]");
const composer = chat.querySelector("[data-composer]");
const field = composer.elements.text;
const greeting = log.querySelector("[data-greeting]");
const firstSuggestions = [...suggestions.querySelectorAll("button")].map((button) => button.textContent.trim());

// Messages go out one after another: the order on the screen is the order the assistant hears.
let line = Promise.resolve();

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function stored(storage, key, fallback) {
  try {
    return storage.getItem(key) ?? fallback;
  } catch {
    return fallback; // private windows may refuse storage; the conversation then lives as long as the page
  }
}

function store(storage, key, value) {
  try {
    storage.setItem(key, value);
  } catch {
    // see stored()
  }
}

let sender = stored(localStorage, SENDER_KEY, "");
if (!sender) {
  sender = `web-${randomId()}`;
  store(localStorage, SENDER_KEY, sender);
}

let history = JSON.parse(stored(sessionStorage, LOG_KEY, "[]"));

function fill(element, text) {
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    element.append(text.slice(from, found.index));
    const link = document.createElement("a");
    link.href = found[0];
    link.textContent = found[0];
    element.append(link);
    from = found.index + found[0].length;
  }
  element.append(text.slice(from));
}

function show(who, text, { remember = true } = {}) {
  const turn = document.createElement("li");
  turn.className = `chat-turn chat-${who}`;
  const name = document.createElement("span");
  name.className = "visually-hidden";
  name.textContent = who === "me" ? chat.dataset.you : chat.dataset.them;
  const bubble = document.createElement("p");
  bubble.className = "chat-bubble";
  fill(bubble, text);
  turn.append(name, bubble);
  log.append(turn);
  if (remember) {
    history = [...history, { who, text }].slice(-LOG_LIMIT);
    store(sessionStorage, LOG_KEY, JSON.stringify(history));
  }
  turn.scrollIntoView({ block: "nearest" });
  return turn;
}

function suggest(texts) {
  suggestions.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "chip";
      button.textContent = text;
      item.append(button);
      return item;
    }),
  );
}

function csrfToken() {
  return document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/)?.[1] ?? "";
}

async function post(body) {
  const response = await fetch(chat.dataset.endpoint, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.json();
  if (!response.ok) {
    const error = new Error(answer.error?.message ?? chat.dataset.failed);
    error.said = true;
    throw error;
  }
  return answer;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// A repeat carries the same message_id, so the server answers it once however often it is asked.
async function ask(body) {
  let answer = await post(body);
  let waiting = null;
  for (let times = 0; answer.pending && times < POLL_TIMES; times += 1) {
    waiting ??= show("them", answer.replies[0].text, { remember: false });
    await pause(POLL_MS);
    answer = await post(body);
  }
  if (!answer.pending) {
    waiting?.remove();
  }
  return answer.pending ? { replies: [] } : answer;
}

async function deliver(turn, body) {
  status.textContent = chat.dataset.typing;
  turn.classList.remove("chat-turn-failed");
  try {
    const answer = await ask(body);
    for (const reply of answer.replies) {
      show("them", reply.text);
    }
    suggest(answer.replies.at(-1)?.suggestions ?? []);
    log.lastElementChild.scrollIntoView({ block: "nearest" });
  } catch (error) {
    turn.classList.add("chat-turn-failed");
    showProblem(turn, body, error.said ? error.message : chat.dataset.failed);
  } finally {
    status.textContent = "";
  }
}

function showProblem(turn, body, text) {
  const problem = document.createElement("li");
  problem.className = "chat-problem";
  const retry = document.createElement("button");
  retry.type = "button";
  retry.className = "btn btn-quiet btn-small";
  retry.textContent = chat.dataset.retry;
  retry.addEventListener("click", () => {
    problem.remove();
    field.focus();
    enqueue(turn, body);
  });
  problem.append(`${text} `, retry);
  turn.after(problem);
  problem.scrollIntoView({ block: "nearest" });
}

function enqueue(turn, body) {
  line = line.then(() => deliver(turn, body));
}

function say(shown, content) {
  suggest([]);
  enqueue(show("me", shown), { sender, message_id: randomId(), ...content });
}

function grow() {
  field.style.height = "";
  if (field.value) {
    field.style.height = `${field.scrollHeight + 2}px`;
  }
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (text) {
    field.value = "";
    grow();
    say(text, { text });
  }
  field.focus();
});

field.addEventListener("input", grow);
field.addEventListener("keydown", (event) => {
  // Enter chooses a candidate while a Chinese input method is open.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    composer.requestSubmit();
  }
});

suggestions.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) {
    say(button.textContent, { text: button.textContent });
    field.focus();
  }
});

chat.querySelector("[data-locate]").addEventListener("click", () => {
  const failed = () => {
    status.textContent = chat.dataset.noLocation;
  };
  if (!navigator.geolocation) {
    failed();
    return;
  }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const location = { lon: Number(coords.longitude.toFixed(6)), lat: Number(coords.latitude.toFixed(6)) };
      say(chat.dataset.located, { location });
    },
    failed,
    { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
  );
});

chat.querySelector("[data-restart]").addEventListener("click", () => {
  sender = `web-${randomId()}`;
  store(localStorage, SENDER_KEY, sender);
  history = [];
  store(sessionStorage, LOG_KEY, "[]");
  log.replaceChildren(greeting);
  suggest(firstSuggestions);
  field.focus();
});

for (const { who, text } of history) {
  show(who, text, { remember: false });
}
