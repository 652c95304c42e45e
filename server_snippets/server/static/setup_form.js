/** Where a connection goes: the endpoint, its parameters, and the address that they make. */

import { endpointAddress, serverBase } from "./address.js";
import { element, withBreaks } from "./element.js";
import { ENDPOINTS } from "./endpoints.js";

// None of these changes when it is escaped, so the address stays readable.
const HIDDEN = "***";

/** Tells by a `change` event that another address is meant, and by `endpoint` that another endpoint is. */
export class SetupForm extends EventTarget {
  #form;
  #person;
  #inputs = new Map();

  /**
   * @param {HTMLFormElement} form
   * @param {ReturnType<import("./people.js").person>} person
   * @param {number} endpoint The position of the endpoint to begin with.
   */
  constructor(form, person, endpoint) {
    super();
    this.#form = form;
    this.#person = person;
    this.#select.append(...ENDPOINTS.map(option));
    this.#select.selectedIndex = endpoint;
    this.#select.addEventListener("change", () => this.#choose());
    form.querySelector(".parameters").addEventListener("input", () => this.#showAddress());
    this.#choose();
  }

  /** The chosen endpoint. */
  get endpoint() {
    return ENDPOINTS[this.#select.selectedIndex];
  }

  /** The chosen endpoint's position in the list. */
  get position() {
    return this.#select.selectedIndex;
  }

  /** Who is meant: the username as typed, or else the person. */
  get name() {
    const { name, username } = this.#person;
    const typed = this.#inputs.get("username")?.value.trim() ?? "";
    return typed && typed !== username ? typed : name;
  }

  /** The address to connect to. */
  get address() {
    return this.#filled((parameter) => this.#inputs.get(parameter.name).value);
  }

  /** The address as it may be shown: a secret is three stars until its owner shows it. */
  get shownAddress() {
    return this.#filled(({ name }) => {
      const input = this.#inputs.get(name);
      return input.type === "password" ? HIDDEN : input.value;
    });
  }

  /** Keep the choices as they are while a connection uses them. */
  set isLocked(locked) {
    // Not the whole fieldset: a secret may be looked at while it is in use.
    for (const control of [this.#select, ...this.#inputs.values()]) control.disabled = locked;
  }

  /** Put the keyboard on the list of endpoints. */
  focus() {
    this.#select.focus();
  }

  get #select() {
    return this.#form.elements.endpoint;
  }

  #filled(value) {
    const values = this.endpoint.parameters.map((parameter) => [parameter.name, value(parameter)]);
    return endpointAddress(serverBase(location.href), this.endpoint.path, Object.fromEntries(values));
  }

  #choose() {
    this.#inputs.clear();
    const fields = this.endpoint.parameters.map((parameter) => this.#field(parameter));
    this.#form.querySelector(".parameters").replaceChildren(...fields);
    this.#form.querySelector(".about").textContent = this.endpoint.about;
    this.#showAddress();
    this.dispatchEvent(new Event("endpoint"));
  }

  #field(parameter) {
    const input = parameterInput(parameter, this.#person);
    const hint = element("span", "hint", parameter.hint);
    hint.id = `${input.id}-hint`;
    input.setAttribute("aria-describedby", hint.id);
    this.#inputs.set(parameter.name, input);
    return element("div", "field", label(parameter, input), this.#control(parameter, input), hint);
  }

  #control(parameter, input) {
    return parameter.secret ? element("div", "secret", input, this.#showButton(input)) : input;
  }

  #showButton(input) {
    const button = element("button", "", "Show");
    button.type = "button";
    button.addEventListener("click", () => {
      input.type = input.type === "password" ? "text" : "password";
      button.textContent = input.type === "password" ? "Show" : "Hide";
      this.#showAddress();
    });
    return button;
  }

  #showAddress() {
    this.#form.querySelector(".address code").replaceChildren(...withBreaks(this.shownAddress));
    this.dispatchEvent(new Event("change"));
  }
}

function option({ name, path }) {
  return element("option", "", `${name}  ·  /${path}`);
}

function label(parameter, input) {
  const made = element("label", "", parameter.label);
  made.htmlFor = input.id;
  return made;
}

function parameterInput(parameter, person) {
  const input = element("input");
  input.id = `${parameter.name}-${person.number}`;
  input.type = parameter.secret ? "password" : "text";
  input.value = parameter.first(person);
  input.autocomplete = "off";
  input.autocapitalize = "none";
  input.spellcheck = false;
  return input;
}
