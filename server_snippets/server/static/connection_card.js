/** One connection on the page: where it goes, what is sent, and the record of it. */

import { copyOnPress } from "./clipboard.js";
import { CloseForm } from "./close_form.js";
import { Connection } from "./connection.js";
import { consoleSnippet } from "./console_snippet.js";
import { fromTemplate } from "./element.js";
import { LogView } from "./log_view.js";
import { MessageForm } from "./message_form.js";
import { Readout } from "./readout.js";
import { SetupForm } from "./setup_form.js";

const VERBS = { connecting: "Cancel", open: "Disconnect", closing: "Closing …" };

/** A card: its element, and the connection that it drives. */
export class ConnectionCard {
  connection = new Connection();
  #setup;
  #message;
  #log;
  #readout;

  /**
   * @param {ReturnType<import("./people.js").person>} person
   * @param {number} endpoint The position of the endpoint to begin with.
   */
  constructor(person, endpoint) {
    this.person = person;
    this.element = fromTemplate("card", person.number);
    this.#setup = new SetupForm(this.#find(".setup"), person, endpoint);
    this.#message = new MessageForm(this.#find(".message"), this.connection);
    this.#log = new LogView(this.#find(".log"), this.#find(".dropped"));
    this.#readout = new Readout(this.#find(".record"), this.connection);
    new CloseForm(this.#find(".closing form"), this.connection);
    this.#introduce();
    this.#listen();
    this.#message.offer(this.#setup.endpoint);
    this.#show();
  }

  /** The position of the chosen endpoint. */
  get position() {
    return this.#setup.position;
  }

  /** Put the keyboard at the card's beginning. */
  focus() {
    this.#setup.focus();
  }

  /** Show how long the connection has been open. */
  tick() {
    this.#readout.tick();
  }

  #find(selector) {
    return this.element.querySelector(selector);
  }

  #introduce() {
    const { name } = this.#setup;
    this.#find(".name").textContent = name;
    this.#find(".initial").textContent = name.startsWith("Client ") ? this.person.number : [...name][0].toUpperCase();
    this.#find(".log").ariaLabel = `${name}’s log`;
    this.#find(".remove").ariaLabel = `Remove ${name}`;
  }

  #listen() {
    this.#find(".setup").addEventListener("submit", (event) => this.#toggle(event));
    this.#setup.addEventListener("endpoint", () => this.#message.offer(this.#setup.endpoint));
    this.#setup.addEventListener("change", () => this.#introduce());
    this.#setup.addEventListener("change", () => this.#showSnippet());
    this.#message.addEventListener("change", () => this.#showSnippet());
    this.connection.addEventListener("change", () => this.#show());
    this.connection.addEventListener("entry", (event) => this.#log.add(event.detail));
    this.#find(".clear").addEventListener("click", () => this.#log.clear());
    copyOnPress(this.#find(".copy-log"), () => this.#log.text);
    copyOnPress(this.#find(".copy-code"), () => this.#snippet(this.#setup.address));
    this.element.addEventListener("keydown", foldOnEscape);
  }

  #toggle(event) {
    event.preventDefault();
    if (this.connection.isActive) this.connection.close();
    else this.connection.connect(this.#setup.address, this.#setup.shownAddress);
  }

  #show() {
    const { state, isActive } = this.connection;
    const badge = this.#find(".badge");
    if (badge.textContent !== state) badge.textContent = state;
    this.element.dataset.state = state;
    this.#setup.isLocked = isActive;
    this.#find(".connect").textContent = VERBS[state] ?? "Connect";
    this.#readout.show();
  }

  #snippet(address) {
    return consoleSnippet(address, this.#message.mode, this.#message.draft);
  }

  #showSnippet() {
    this.#find(".console code").textContent = this.#snippet(this.#setup.shownAddress);
  }
}

function foldOnEscape(event) {
  const open = event.target.closest("details[open]");
  if (event.key !== "Escape" || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
}
