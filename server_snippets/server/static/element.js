/** HTML elements, made and found. */

/**
 * Return a new element; what it says is set as text, so that markup in a message stays text.
 * @param {string} tag
 * @param {string} className
 * @param {...(string | Node)} content
 */
export function element(tag, className = "", ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/**
 * Return a text's parts with places between them where a line may break: JSON off the wire has no spaces.
 * @param {string} text
 */
export function withBreaks(text) {
  return text.split(/(?<=[,/?])(?![,/?])/).flatMap((part) => [part, document.createElement("wbr")]);
}

/**
 * Return a template's element; the `#` in its ids and names becomes `number`, which makes them unique.
 * @param {string} id
 * @param {number} number
 * @returns {HTMLElement}
 */
export function fromTemplate(id, number) {
  const made = document.getElementById(id).content.cloneNode(true).firstElementChild;
  for (const part of [made, ...made.querySelectorAll("*")]) {
    for (const attribute of part.attributes) {
      if (attribute.value.includes("#")) attribute.value = attribute.value.replaceAll("#", String(number));
    }
  }
  return made;
}
