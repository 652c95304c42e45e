/** Closing with a code and a reason of one's own. */

import { closeProblem, reasonBytes } from "./close_codes.js";

/** Closes a connection as its form says, or says why a browser would not. */
export class CloseForm {
  #form;
  #connection;

  /**
   * @param {HTMLFormElement} form
   * @param {import("./connection.js").Connection} connection
   */
  constructor(form, connection) {
    this.#form = form;
    this.#connection = connection;
    form.addEventListener("input", () => this.#check());
    form.addEventListener("submit", (event) => this.#submit(event));
    this.#check();
  }

  get #values() {
    const { code, reason } = this.#form.elements;
    return [code.value, reason.value];
  }

  #check() {
    const problem = closeProblem(...this.#values);
    const used = `${reasonBytes(this.#form.elements.reason.value)} of 123 bytes used for the reason`;
    this.#say(problem || used, Boolean(problem));
    return !problem;
  }

  #submit(event) {
    event.preventDefault();
    if (!this.#check()) return;
    if (!this.#connection.isOpen) return void this.#say("Not connected: there is nothing to close.", true);
    const [code, reason] = this.#values;
    this.#connection.close(Number(code), reason);
  }

  #say(words, isWrong) {
    const hint = this.#form.querySelector(".hint");
    hint.textContent = words;
    hint.classList.toggle("wrong", isWrong);
  }
}
