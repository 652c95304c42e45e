/** The test page: any number of connections side by side, their totals, and the table of close codes. */

import { isProxied, serverBase } from "./address.js";
import { CLOSE_CODES } from "./close_codes.js";
import { ConnectionCard } from "./connection_card.js";
import { element } from "./element.js";
import { counted } from "./payload.js";
import { firstFree, person } from "./people.js";
import { followTheAddress } from "./theme.js";

const cards = new Map();
const grid = document.getElementById("connections");
const addButton = document.getElementById("add");

/** Add a connection to the endpoint that the newest one has, held by the next person. */
function addCard() {
  const number = firstFree(new Set(cards.keys()));
  const newest = [...cards.values()].at(-1);
  const card = new ConnectionCard(person(number), newest?.position ?? 0);
  card.element.querySelector(".remove").addEventListener("click", () => removeCard(number));
  card.connection.addEventListener("change", showTotals);
  cards.set(number, card);
  grid.append(card.element);
  showTotals();
  return card;
}

/** Close a connection and take its card away. */
function removeCard(number) {
  const card = cards.get(number);
  cards.delete(number);
  card.connection.close();
  card.element.remove();
  addButton.focus();
  showTotals();
}

/** Show what all connections together have done. */
function showTotals() {
  const all = [...cards.values()].map((card) => card.connection);
  const sum = (pick) => all.reduce((total, connection) => total + pick(connection), 0).toLocaleString("en");
  document.getElementById("totals").textContent = [
    counted(all.length, "connection"),
    `${all.filter((connection) => connection.isOpen).length} open`,
    `${sum(({ sent }) => sent.messages)} sent`,
    `${sum(({ received }) => received.messages)} received`,
  ].join(" · ");
}

/** Fill the table of close codes. */
function showCloseCodes() {
  const rows = [...CLOSE_CODES].map(([code, { name, meaning }]) => {
    const head = element("th", "", String(code));
    head.scope = "row";
    return element("tr", "", head, element("td", "", name), element("td", "", meaning));
  });
  document.getElementById("codes").append(...rows);
}

followTheAddress();
addButton.addEventListener("click", () => addCard().focus());
setInterval(() => cards.forEach((card) => card.tick()), 1000);
document.getElementById("server").textContent = serverBase(location.href).href;
document.getElementById("proxied").hidden = !isProxied(location.href);
showCloseCodes();
addCard();
