/** One WebSocket connection: its state, its counts, and everything that goes over it. */

import { closeCode, REFUSED } from "./close_codes.js";
import { byteCount } from "./payload.js";

/**
 * Tells by a `change` event that its state or its counts are new, and by an `entry` event what belongs in the log.
 * States: not connected, connecting, open, closing, closed, refused, lost.
 */
export class Connection extends EventTarget {
  state = "not connected";
  ending = null;
  openedAt = null;
  endedAt = null;
  sent = { messages: 0, bytes: 0 };
  received = { messages: 0, bytes: 0 };
  #socket = null;
  #closedHere = false;

  /** Whether messages can be sent. */
  get isOpen() {
    return this.state === "open";
  }

  /** Whether there is a connection that has not ended yet. */
  get isActive() {
    return ["connecting", "open", "closing"].includes(this.state);
  }

  /**
   * Open a connection to an address; the log shows `shown` in its place, where the address holds a secret.
   * @param {string} address
   * @param {string} shown
   */
  connect(address, shown = address) {
    this.#reset();
    this.#note(`Connecting to ${shown}`);
    this.#socket = new WebSocket(address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = (event) => this.#take(event.data);
    this.#socket.onclose = (event) => this.#ended(event);
    this.#become("connecting");
  }

  /**
   * Send a text or bytes over the open connection.
   * @param {string | Uint8Array} message
   */
  send(message) {
    this.#socket.send(message);
    count(this.sent, message);
    this.#record("sent", message);
  }

  /**
   * Begin the closing handshake; a connection that is not open yet is given up.
   * @param {number} code
   * @param {string} reason
   */
  close(code = 1000, reason = "") {
    if (!this.isActive || this.state === "closing") return;
    this.#closedHere = true;
    this.#note(this.isOpen ? `Closing with ${code}${quoted(reason)}` : "Giving up");
    this.#become("closing");
    this.#socket.close(code, reason);
  }

  #reset() {
    this.ending = this.openedAt = this.endedAt = null;
    this.sent = { messages: 0, bytes: 0 };
    this.received = { messages: 0, bytes: 0 };
    this.#closedHere = false;
  }

  #opened() {
    this.openedAt = performance.now();
    this.#note("Open");
    this.#become("open");
  }

  #take(data) {
    const message = typeof data === "string" ? data : new Uint8Array(data);
    count(this.received, message);
    this.#record("received", message);
  }

  #ended({ code, reason }) {
    const known = this.openedAt === null && !this.#closedHere ? REFUSED : closeCode(code);
    this.endedAt = performance.now();
    this.ending = { code, reason, ...known, side: this.#side(code) };
    this.#note(`${this.ending.side} ${code} ${reason || known.name}`);
    this.#become(this.#lastState(code));
  }

  #side(code) {
    if (this.openedAt === null) return this.#closedHere ? "Given up before it opened:" : "Not opened:";
    if (code === 1006) return "Lost:";
    return this.#closedHere ? "Closed by this page:" : "Closed by the server:";
  }

  #lastState(code) {
    if (this.#closedHere) return "closed";
    if (this.openedAt === null) return "refused";
    return code === 1006 ? "lost" : "closed";
  }

  #become(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }

  #note(text) {
    this.#record("event", text);
  }

  #record(direction, message) {
    this.dispatchEvent(new CustomEvent("entry", { detail: { time: new Date(), direction, message } }));
    this.dispatchEvent(new Event("change"));
  }
}

function count(counter, message) {
  counter.messages += 1;
  counter.bytes += byteCount(message);
}

function quoted(reason) {
  return reason ? ` “${reason}”` : "";
}
