/** What a connection has counted, how long it was open, and how it ended. */

import { counted } from "./payload.js";

/** The figures above a log. */
export class Readout {
  #record;
  #connection;

  /**
   * @param {HTMLElement} record
   * @param {import("./connection.js").Connection} connection
   */
  constructor(record, connection) {
    this.#record = record;
    this.#connection = connection;
  }

  /** Show all figures. */
  show() {
    const { sent, received, ending } = this.#connection;
    this.#write(".sent", sent.messages);
    this.#write(".sent-bytes", counted(sent.bytes, "byte"));
    this.#write(".received", received.messages);
    this.#write(".received-bytes", counted(received.bytes, "byte"));
    this.#write(".code", ending ? String(ending.code) : "–");
    this.#write(".code-name", ending ? ending.name : "not closed");
    this.tick();
    this.#showEnding();
  }

  /** Show how long the connection has been open, or was. */
  tick() {
    const { openedAt, endedAt } = this.#connection;
    const seconds = openedAt === null ? 0 : ((endedAt ?? performance.now()) - openedAt) / 1000;
    this.#write(".duration", openedAt === null ? "–" : duration(seconds));
  }

  #showEnding() {
    const { ending } = this.#connection;
    this.#record.querySelector(".ending").hidden = !ending;
    if (!ending) return;
    this.#write(".ending strong", `${ending.side} ${ending.code} ${ending.reason || ending.name}.`);
    this.#write(".ending span", ending.meaning);
  }

  #write(selector, value) {
    const place = this.#record.querySelector(selector);
    const text = String(value.toLocaleString("en"));
    if (place.textContent !== text) place.textContent = text;
  }
}

function duration(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
