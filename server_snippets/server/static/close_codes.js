/** The close codes: RFC 6455 section 7.4, the IANA registry, and the ones of this server. */

/** What each close code is called and what it says. */
export const CLOSE_CODES = new Map([
  [1000, { name: "Normal closure", meaning: "Done: the connection did what it was opened for." }],
  [1001, { name: "Going away", meaning: "The page was left, or the server goes down." }],
  [1002, { name: "Protocol error", meaning: "The other side broke a rule of the WebSocket protocol." }],
  [1003, { name: "Unsupported data", meaning: "A kind of message this endpoint cannot take, such as bytes instead of text." }],
  [1005, { name: "No status received", meaning: "A close frame came without a code. Never sent: the browser reports it." }],
  [1006, { name: "Abnormal closure", meaning: "The connection ended without a close frame. Never sent: the browser reports it." }],
  [1007, { name: "Invalid payload", meaning: "A text message that is not UTF-8." }],
  [1008, { name: "Policy violation", meaning: "A rule of the server was broken, for example too many messages." }],
  [1009, { name: "Message too big", meaning: "A message over the limit; this server takes 64 KiB." }],
  [1010, { name: "Mandatory extension", meaning: "The client needs an extension that the server did not offer." }],
  [1011, { name: "Internal error", meaning: "The server failed, or an answer to its ping did not come in time." }],
  [1012, { name: "Service restart", meaning: "The server restarts: connect again in a moment." }],
  [1013, { name: "Try again later", meaning: "The server is overloaded, or this client was too slow for it." }],
  [1014, { name: "Bad gateway", meaning: "A gateway got a wrong answer from the server behind it." }],
  [1015, { name: "TLS handshake failed", meaning: "No secure connection came about. Never sent: the browser reports it." }],
  [3000, { name: "Unauthorized", meaning: "Registered: who you are is not known." }],
  [3003, { name: "Forbidden", meaning: "Registered: who you are is known, and may not do this." }],
  [3008, { name: "Timeout", meaning: "Registered: something took too long." }],
  [4000, { name: "Bad name", meaning: "Ours: a name or a room is 1–32 of ASCII letters, digits, - and _." }],
  [4001, { name: "Invalid token", meaning: "Ours: the token is missing or wrong." }],
  [4009, { name: "Username taken", meaning: "Ours: somebody in the chat holds this name now." }],
]);

/** What a browser is told of a connection that never opened, which is next to nothing. */
export const REFUSED = {
  name: "refused, or no answer",
  meaning: "The connection never opened. A page is not told why: the Network tab of the developer tools shows the server’s answer, such as 403.",
};

const RANGES = [
  { from: 3000, to: 3999, name: "Registered", meaning: "In the range for libraries and frameworks, registered with IANA." },
  { from: 4000, to: 4999, name: "Private use", meaning: "In the range where every application gives its own codes a meaning." },
];
const UNKNOWN = { name: "Unknown", meaning: "No meaning is registered for this code." };

/**
 * Return the name and the meaning of a close code.
 * @param {number} code
 */
export function closeCode(code) {
  return CLOSE_CODES.get(code) ?? RANGES.find(({ from, to }) => from <= code && code <= to) ?? UNKNOWN;
}

/**
 * Return why a page may not close with this code and reason; an empty text if it may.
 * @param {string} code
 * @param {string} reason
 */
export function closeProblem(code, reason) {
  const number = /^\d+$/.test(code.trim()) ? Number(code) : NaN;
  if (number !== 1000 && !(3000 <= number && number <= 4999)) {
    return "A page may close with 1000, or with a code from 3000 to 4999. The others are the browser’s and the server’s.";
  }
  const bytes = reasonBytes(reason);
  return bytes > 123 ? `The reason has ${bytes} bytes; 123 fit into a close frame. Shorten it.` : "";
}

/**
 * Return how many bytes a reason takes in a close frame.
 * @param {string} reason
 */
export function reasonBytes(reason) {
  return new TextEncoder().encode(reason).length;
}
