/** The people who hold the page's connections. */

const NAMES = ["Ana", "Ben", "Eve"];

/**
 * Return who holds the connection of this number, 1 being Ana.
 * @param {number} number
 */
export function person(number) {
  const name = NAMES[number - 1] ?? `Client ${number}`;
  return { number, name, username: name.toLowerCase().replace(" ", "-") };
}

/**
 * Return the smallest number that is not taken, so that a removed connection's name comes back first.
 * @param {Set<number>} taken
 */
export function firstFree(taken) {
  let number = 1;
  while (taken.has(number)) number += 1;
  return number;
}
