/** Messages: what was typed as what is sent, and what came as what is read. */

const encoder = new TextEncoder();

/**
 * Return the bytes that a line of hexadecimal digits stands for; an Error says what to fix.
 * @param {string} text
 */
export function bytesFromHex(text) {
  const digits = text.replace(/0x|[\s,:]/gi, "");
  const wrong = digits.match(/[^0-9a-f]/iu);
  if (wrong) throw new Error(`“${wrong[0]}” is no hexadecimal digit. Use 0–9 and a–f, two for each byte.`);
  if (digits.length % 2) throw new Error("A byte is two digits: one digit is left over.");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/**
 * Return bytes as hexadecimal digits, two for each byte, with spaces between.
 * @param {Uint8Array} bytes
 */
export function hexFromBytes(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/**
 * Return why a text is not JSON; an empty text if it is.
 * @param {string} text
 */
export function jsonProblem(text) {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return error.message;
  }
}

/**
 * Return how many bytes a message has on the wire.
 * @param {string | Uint8Array} message
 */
export function byteCount(message) {
  return typeof message === "string" ? encoder.encode(message).length : message.length;
}

/**
 * Return a message as text that a person reads: bytes as hexadecimal digits, and by name the characters that
 * would turn round what stands after them.
 * @param {string | Uint8Array} message
 */
export function readable(message) {
  return typeof message === "string" ? message.replace(/[\u202a-\u202e\u2066-\u2069]/g, named) : hexFromBytes(message);
}

function named(character) {
  return `⟨U+${character.charCodeAt(0).toString(16).toUpperCase()}⟩`;
}

/**
 * Return a number with its noun, such as `1 byte` or `2,048 bytes`.
 * @param {number} count
 * @param {string} noun
 */
export function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
