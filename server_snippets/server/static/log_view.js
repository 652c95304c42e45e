/** A connection's log on the page: one row for each message and event, the newest at the bottom. */

import { element, withBreaks } from "./element.js";
import { byteCount, counted, readable } from "./payload.js";

/** A log keeps this many rows; older ones go. */
export const MOST_ROWS = 500;
const FOLD_AT = 400;
const PAUSE = 40;
const SIGNS = { sent: "→", received: "←", event: "·" };

/** Draws entries in batches, so that a burst of messages leaves the page quick. */
export class LogView {
  #log;
  #dropped;
  #kept = [];
  #waiting = [];
  #lost = 0;
  #timer = 0;

  /**
   * @param {HTMLElement} log Where the rows go.
   * @param {HTMLElement} dropped Where it says how many rows went.
   */
  constructor(log, dropped) {
    this.#log = log;
    this.#dropped = dropped;
  }

  /** The kept entries as text, one line each. */
  get text() {
    return this.#kept.map(line).join("\n");
  }

  /** Show an entry, soon. */
  add(entry) {
    this.#kept.push(entry);
    this.#waiting.push(entry);
    this.#timer ||= setTimeout(() => this.#draw(), PAUSE);
  }

  /** Forget all entries. */
  clear() {
    this.#kept = [];
    this.#waiting = [];
    this.#lost = 0;
    this.#log.replaceChildren();
    this.#tellDropped();
  }

  #draw() {
    this.#timer = 0;
    const follows = isAtEnd(this.#log);
    this.#lost += Math.max(0, this.#kept.length - MOST_ROWS);
    this.#kept = this.#kept.slice(-MOST_ROWS);
    this.#log.append(...this.#waiting.slice(-MOST_ROWS).map(row));
    this.#waiting = [];
    while (this.#log.childElementCount > MOST_ROWS) this.#log.firstElementChild.remove();
    this.#tellDropped();
    if (follows) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #tellDropped() {
    const words = `The newest ${MOST_ROWS} rows are kept; ${counted(this.#lost, "older row")} went.`;
    this.#dropped.textContent = this.#lost ? words : "";
  }
}

function isAtEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 24;
}

/** Return an entry as a row of the log. */
function row(entry) {
  const made = element("div", "row", element("span", "time", clock(entry.time)), arrow(entry), said(entry));
  made.dataset.direction = entry.direction;
  return made;
}

function arrow({ direction }) {
  const sign = element("span", "", SIGNS[direction]);
  sign.ariaHidden = "true";
  return element("span", "arrow", sign, element("span", "spoken", ` ${direction} `));
}

function said(entry) {
  const cell = element("div", "said");
  const text = readable(entry.message);
  cell.append(element("span", "text", ...withBreaks(fold(text))));
  if (entry.direction !== "event") cell.append(" ", element("span", "note", size(entry.message)));
  if (text.length > FOLD_AT) cell.append(" ", unfoldButton(cell, text));
  return cell;
}

function size(message) {
  const bytes = counted(byteCount(message), "byte");
  return typeof message === "string" ? bytes : `binary, ${bytes}`;
}

function fold(text) {
  return text.length > FOLD_AT ? `${text.slice(0, FOLD_AT)} …` : text;
}

function unfoldButton(cell, text) {
  const button = element("button", "link", "Show all");
  button.type = "button";
  button.ariaExpanded = "false";
  button.addEventListener("click", () => {
    const opens = button.ariaExpanded === "false";
    cell.querySelector(".text").textContent = opens ? text : fold(text);
    button.ariaExpanded = String(opens);
    button.textContent = opens ? "Show less" : "Show all";
  });
  return button;
}

/** Return an entry as one line of a transcript. */
function line(entry) {
  const message = typeof entry.message === "string" ? readable(entry.message) : `0x ${readable(entry.message)}`;
  return `${clock(entry.time)} ${SIGNS[entry.direction]} ${entry.direction.padEnd(8)} ${message}`;
}

function clock(time) {
  const two = (number) => String(number).padStart(2, "0");
  const milliseconds = String(time.getMilliseconds()).padStart(3, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${milliseconds}`;
}
