/** Copying, with an answer on the button that asked for it. */

const ANSWER_STAYS = 1600;

/**
 * Let a button copy what `text` returns at the time of the press.
 * @param {HTMLButtonElement} button
 * @param {() => string} text
 */
export function copyOnPress(button, text) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    button.textContent = (await copy(text())) ? "Copied" : "Not allowed here";
    setTimeout(() => { button.textContent = label; }, ANSWER_STAYS);
  });
}

/**
 * Put a text on the clipboard and return whether that worked.
 * @param {string} text
 */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain HTTP from another machine, and inside some frames, a page has no clipboard object.
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "spoken";
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}
