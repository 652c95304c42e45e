/** The page's conversation as JavaScript for the browser's console. */

import { bytesFromHex } from "./payload.js";

/**
 * Return lines that connect, send one message when open, and print what comes.
 * @param {string} address
 * @param {"text" | "json" | "binary"} mode
 * @param {string} draft
 */
export function consoleSnippet(address, mode, draft) {
  return [
    `const ws = new WebSocket(${JSON.stringify(address)});`,
    `ws.onopen = () => ws.send(${argument(mode, draft)});`,
    'ws.onmessage = (event) => console.log("received", event.data);',
    'ws.onclose = (event) => console.log("closed", event.code, event.reason);',
  ].join("\n");
}

function argument(mode, draft) {
  if (mode !== "binary") return JSON.stringify(draft);
  try {
    return `new Uint8Array([${bytesFromHex(draft).join(", ")}])`;
  } catch {
    return "new Uint8Array([])";
  }
}
