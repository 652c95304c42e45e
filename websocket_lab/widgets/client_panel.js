/* A client's face. It shows what Python says and asks Python for actions; it knows nothing about WebSockets. */

const MOST_ROWS = 500;
const PATIENCE = 3000;
const NO_ANSWER =
  "The kernel does not answer. If it was restarted, run the cells above again; if a cell is running, wait or press ■.";
const GONE = "This panel's kernel was restarted or is gone. Run the cells above again for a new panel.";
const GONE_LINE = "The kernel is gone";
const LEFT = "What stood here is gone with its kernel.";

export default { render };

function render({ model, el, signal }) {
  const parts = build(model.get("name"), model.get("url"));
  const panel = { model, parts, next: 0, waiting: new Map(), own: "", lost: false, atEnd: true, formatted: false };
  el.append(parts.root);

  model.on("change:face", () => showFace(panel));
  model.on("msg:custom", (message) => receiveRows(panel, message));
  model.on("comm_live_update", () => showLoss(panel));
  parts.send.addEventListener("click", () => say(panel));
  parts.line.addEventListener("keydown", (event) => {
    // While a character is being composed (Japanese, Chinese …), Enter only ends the composing.
    if (event.key !== "Enter" || event.isComposing) return;
    // Who has said enough presses Shift + Enter to go on, as in a cell: no empty message for that.
    if (event.shiftKey && !parts.line.value) goOn(event);
    else say(panel);
  });
  parts.toggle.addEventListener("click", () => ask(panel, isOpen(panel) ? "disconnect" : "connect"));
  parts.format.addEventListener("click", () => changeFormat(panel));
  const watch = watchReader(panel);
  signal?.addEventListener("abort", () => {
    forget(panel);
    watch.disconnect();
  });

  // The mark that ipywidgets gives a view whose kernel is gone, as in a notebook that was saved and opened again.
  if (el.classList.contains("jupyter-widgets-disconnected")) {
    put(parts.empty, LEFT);
    showLoss(panel);
  }
  showFace(panel);
  post(panel, { action: "show" });
}

function goOn(event) {
  // JupyterLab selects the cell that gets the focus.
  event.target.closest(".jp-Cell")?.nextElementSibling?.focus();
}

/* ---- asking Python ---- */

function say(panel) {
  const { line } = panel.parts;
  if (!isOpen(panel)) {
    tell(panel, `${panel.model.get("name")} is not connected: press Connect first.`);
    return;
  }

  ask(panel, "say", { text: line.value });
  line.value = "";
  line.focus();
}

function ask(panel, action, details = {}) {
  tell(panel, "");
  const id = Math.max(Date.now(), ...[...panel.waiting.keys()].map((earlier) => earlier + 1));
  panel.waiting.set(id, setTimeout(() => tell(panel, NO_ANSWER), PATIENCE));
  post(panel, { action, id, ...details });
}

function post(panel, request) {
  try {
    panel.model.send(request);
  } catch {
    showLoss(panel);
  }
}

function settle(panel, answered) {
  for (const [id, timer] of panel.waiting) {
    if (id > answered) continue;
    clearTimeout(timer);
    panel.waiting.delete(id);
    if (panel.own === NO_ANSWER) panel.own = "";
  }
}

function forget(panel) {
  for (const timer of panel.waiting.values()) clearTimeout(timer);
}

/* ---- showing what Python says ---- */

function isOpen(panel) {
  return panel.model.get("face").state === "open";
}

function tell(panel, words) {
  panel.own = words;
  showFace(panel);
}

function showFace(panel) {
  const { parts } = panel;
  const face = panel.model.get("face");
  settle(panel, face.answered);
  const state = panel.lost ? "lost" : face.state;
  parts.badge.dataset.state = state;
  put(parts.badge, panel.lost ? "kernel gone" : face.words);
  put(parts.online, face.online);
  put(parts.typing, face.typing);
  parts.people.hidden = !face.online && !face.typing;
  put(parts.alert, panel.own || face.alert);
  showButtons(parts, state);
}

function showButtons(parts, state) {
  const open = state === "open";
  put(parts.toggle, open ? "Disconnect" : "Connect");
  parts.toggle.classList.toggle("wsl-first", !open && state !== "lost");
  parts.send.classList.toggle("wsl-first", open);
}

function showLoss(panel) {
  // The proxy that anywidget hands out does not carry `comm_live`; the event comes only when the kernel went away.
  panel.lost = true;
  forget(panel);
  const { line, send, toggle } = panel.parts;
  for (const part of [line, send, toggle]) part.disabled = true;
  line.placeholder = GONE_LINE;
  tell(panel, GONE);
}

function put(node, text) {
  // Writing the same words again would make a screen reader say them again.
  if (node.textContent !== text) node.textContent = text;
}

/* ---- the log ---- */

function receiveRows(panel, { rows, first }) {
  if (!rows) return;

  // A gap: what is missing is either longer ago than the log shows, or asked for.
  if (first > panel.next && rows.length < MOST_ROWS) {
    if (first > 0) post(panel, { action: "show" });
  } else {
    addRows(panel, rows.slice(Math.max(0, panel.next - first)), first + rows.length);
  }
}

function addRows(panel, rows, next) {
  const { log } = panel.parts;
  panel.next = Math.max(panel.next, next);
  if (!rows.length) return;

  panel.parts.empty.remove();
  log.append(...rows.map((row) => rowNode(row, panel.formatted)));
  if (rows.some((row) => row.kind === "json")) panel.parts.format.hidden = false;
  dropEarlier(panel);
  stayAtEnd(panel);
}

function watchReader(panel) {
  const { log } = panel.parts;
  log.addEventListener("scroll", () => {
    panel.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 32;
  });
  // What appears under the log makes it lower.
  const watch = new ResizeObserver(() => stayAtEnd(panel));
  watch.observe(log);
  return watch;
}

function stayAtEnd(panel) {
  // Who has scrolled up to read something is left in peace.
  if (panel.atEnd) panel.parts.log.scrollTop = panel.parts.log.scrollHeight;
}

function dropEarlier(panel) {
  const { log, earlier } = panel.parts;
  const rows = log.querySelectorAll(".wsl-row");
  for (let i = 0; i < rows.length - MOST_ROWS; i++) rows[i].remove();

  const left = panel.next - Math.min(rows.length, MOST_ROWS);
  if (left > 0) {
    put(earlier, `… ${left.toLocaleString("en")} earlier ${left === 1 ? "row" : "rows"}`);
    if (!earlier.isConnected) log.prepend(earlier);
  }
}

const sentAs = new WeakMap();
const ARROWS = { sent: "→", received: "←", event: "·" };

function rowNode(row, formatted) {
  const node = make("div", "wsl-row");
  node.dataset.direction = row.direction;
  const arrow = make("span", "wsl-arrow", ARROWS[row.direction]);
  arrow.setAttribute("aria-hidden", "true");
  const text = make("span", "wsl-text");
  const words = make("span", row.kind === "json" ? "wsl-json" : "", row.text);
  text.append(words);
  if (row.kind === "json") showJson(words, row.text, formatted);
  if (row.note) text.append(" ", make("span", "wsl-note", row.note));
  const spoken = make("span", "wsl-spoken", row.direction === "event" ? "" : row.direction);
  node.append(make("span", "wsl-time", row.time), arrow, spoken, text);
  return node;
}

function showJson(node, text, formatted) {
  // What crossed is kept: a formatted text has other characters.
  sentAs.set(node, text);
  node.replaceChildren(...jsonNodes(formatted ? pretty(text) : text));
}

function changeFormat(panel) {
  const { log, format } = panel.parts;
  panel.formatted = !panel.formatted;
  format.setAttribute("aria-pressed", String(panel.formatted));
  for (const node of log.querySelectorAll(".wsl-json")) showJson(node, sentAs.get(node), panel.formatted);
  stayAtEnd(panel);
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function jsonNodes(text) {
  // Odd parts are keys: a string with a colon behind it.
  return text
    .split(/("(?:[^"\\]|\\.)*")(?=\s*:)/)
    .map((part, i) => (i % 2 ? make("span", "wsl-key", part) : part));
}

/* ---- building ---- */

function build(name, url) {
  const root = make("div", "wsl wsl-panel");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", `${name}'s client`);
  const head = buildHead(name, url);
  const wire = buildWire(name);
  const say = buildSay(name);
  root.append(head.node, wire.node, say.node);
  // JupyterLab would take Enter, arrows and letters for its own commands; it looks at the element that has the focus.
  for (const part of [head.format, wire.log, say.line, say.send, say.toggle]) part.dataset.lmSuppressShortcuts = "true";

  return { root, ...head, ...wire, ...say };
}

function buildHead(name, url) {
  const node = make("div", "wsl-head");
  const initial = make("span", "wsl-initial", [...name][0] ?? "?");
  initial.setAttribute("aria-hidden", "true");
  const who = make("div");
  const address = make("div", "wsl-url");
  address.append(...breakable(url));
  who.append(make("div", "wsl-name", name), address);
  const badge = make("span", "wsl-badge");
  badge.setAttribute("role", "status");
  const format = buildFormat(name);
  const state = make("div", "wsl-state");
  state.append(format, badge);
  node.append(initial, who, state);
  return { node, badge, format };
}

function buildFormat(name) {
  const format = make("button", "wsl-format", "{ }");
  format.type = "button";
  format.hidden = true;
  format.title = "Format JSON";
  format.setAttribute("aria-label", `Format the JSON in ${name}'s messages`);
  format.setAttribute("aria-pressed", "false");
  return format;
}

/* Where there is little room, an address goes on below behind a slash, not in the midst of a word. */
function breakable(url) {
  const parts = url.split(/(?<=[^:/][/?&])/);
  return parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part]));
}

function buildWire(name) {
  const node = make("div", "wsl-wire");
  const log = make("div", "wsl-log");
  log.tabIndex = 0;
  log.setAttribute("role", "log");
  log.setAttribute("aria-live", "polite");
  log.setAttribute("aria-label", `${name}'s messages`);
  const empty = make("div", "wsl-empty", "Nothing has crossed the wire yet.");
  log.append(empty);

  const people = make("div", "wsl-people");
  const online = make("span");
  const typing = make("span");
  people.setAttribute("role", "status");
  people.append(online, typing);
  const alert = make("div", "wsl-alert");
  alert.setAttribute("role", "alert");
  node.append(log, people, alert);
  return { node, log, empty, earlier: make("div", "wsl-earlier"), people, online, typing, alert };
}

function buildSay(name) {
  const node = make("div", "wsl-say");
  const line = make("input");
  line.type = "text";
  line.autocomplete = "off";
  line.placeholder = `Write as ${name}, Enter sends`;
  line.setAttribute("aria-label", `Message from ${name}`);
  const send = make("button", "wsl-button", "Send");
  send.type = "button";
  const toggle = make("button", "wsl-button wsl-switch", "Connect");
  toggle.type = "button";
  node.append(line, send, toggle);
  return { node, line, send, toggle };
}

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}
