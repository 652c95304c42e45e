/** What is sent: a text, JSON, or bytes. */

import { element } from "./element.js";
import { byteCount, bytesFromHex, counted, jsonProblem } from "./payload.js";

/** Calls `send` with each message that its form is asked to send; tells by a `change` event that the draft is new. */
export class MessageForm extends EventTarget {
  #form;
  #connection;
  #examples = {};
  #drafts = {};
  #mode = "text";

  /**
   * @param {HTMLFormElement} form
   * @param {import("./connection.js").Connection} connection
   */
  constructor(form, connection) {
    super();
    this.#form = form;
    this.#connection = connection;
    form.querySelector(".modes").addEventListener("change", (event) => this.#choose(event.target.value));
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#field.addEventListener("input", () => this.#write(this.#field.value));
    this.#field.addEventListener("keydown", sendOnEnter);
  }

  /** How the draft is meant: `text`, `json` or `binary`. */
  get mode() {
    return this.#mode;
  }

  /** What the field holds. */
  get draft() {
    return this.#drafts[this.#mode];
  }

  /** Offer an endpoint's own examples, the first of each kind as a draft. */
  offer({ mode, examples }) {
    this.#examples = examples;
    for (const kind of Object.keys(examples)) this.#drafts[kind] = examples[kind][0].text;
    this.#form.elements.namedItem("mode").value = mode;
    this.#choose(mode);
  }

  get #field() {
    return this.#form.elements.message;
  }

  #choose(mode) {
    this.#mode = mode;
    this.#form.dataset.mode = mode;
    this.#form.querySelector(".examples").replaceChildren(...this.#examples[mode].map((each) => this.#button(each)));
    this.#write(this.draft);
  }

  #button({ label, text }) {
    const button = element("button", "chip", label);
    button.type = "button";
    button.addEventListener("click", () => this.#write(text));
    return button;
  }

  #write(text) {
    this.#drafts[this.#mode] = text;
    if (this.#field.value !== text) this.#field.value = text;
    const said = describe(this.#mode, text);
    this.#say(said);
    const sendsWrong = said.isWrong && said.message !== undefined;
    this.#form.querySelector(".send").textContent = sendsWrong ? "Send anyway" : "Send";
    this.dispatchEvent(new Event("change"));
  }

  #say({ words, isWrong }) {
    const hint = this.#form.querySelector(".hint");
    if (hint.textContent !== words) hint.textContent = words;
    hint.classList.toggle("wrong", isWrong);
  }

  #submit(event) {
    event.preventDefault();
    if (!this.#connection.isOpen) return this.#say(notOpen(this.#connection));
    const { message } = describe(this.#mode, this.draft);
    if (message === undefined) return this.#field.focus();
    this.#connection.send(message);
    this.#write(this.draft);
    // Stays, and is replaced by typing: the same message can be sent again.
    return this.#field.select();
  }
}

function notOpen({ isActive, state }) {
  const words = isActive ? `Not open: the connection is ${state}.` : "Not connected: press Connect first.";
  return { words, isWrong: true };
}

/** Return what a draft would send, with words on it; no message where nothing can be sent. */
function describe(mode, text) {
  if (mode === "binary") return describeBytes(text);
  const problem = mode === "json" ? jsonProblem(text) : "";
  if (problem) return { message: text, words: `Not valid JSON: ${problem}`, isWrong: true };
  const words = `${mode === "json" ? "Valid JSON, " : ""}${counted(byteCount(text), "byte")} of text`;
  return { message: text, words, isWrong: false };
}

function describeBytes(text) {
  try {
    const message = bytesFromHex(text);
    return { message, words: counted(message.length, "byte"), isWrong: false };
  } catch (error) {
    return { words: error.message, isWrong: true };
  }
}

function sendOnEnter(event) {
  // While a word is being composed, Enter belongs to the input method.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
}
