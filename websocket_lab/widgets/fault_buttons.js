/* A cable, in words, with a button that pulls it or plugs it in, and one that resets the connection. */

export default { render };

function render({ model, el }) {
  const parts = build(model.get("whose"));
  el.append(parts.root);
  // As ipywidgets mark their own views.
  model.on("comm_live_update", () => el.classList.add("jupyter-widgets-disconnected"));
  model.on("change:is_pulled", () => show(model, parts));
  model.on("change:words", () => show(model, parts));
  parts.toggle.addEventListener("click", () => model.send({ action: model.get("is_pulled") ? "plug in" : "pull" }));
  parts.reset.addEventListener("click", () => model.send({ action: "reset" }));
  show(model, parts);
}

function show(model, { root, toggle, state }) {
  const isPulled = model.get("is_pulled");
  root.toggleAttribute("data-pulled", isPulled);
  toggle.textContent = isPulled ? "Plug it in" : "Pull the cable";
  if (state.textContent !== model.get("words")) state.textContent = model.get("words");
}

function build(whose) {
  const root = make("div", "wsl wsl-cable");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", whose);
  const state = make("span", "wsl-cable-state");
  state.setAttribute("role", "status");
  const toggle = make("button", "wsl-button wsl-first");
  const reset = make("button", "wsl-button", "Reset the connection");
  const words = make("div", "wsl-cable-words");
  words.append(make("strong", "", whose), state);
  root.append(words, toggle, reset);
  return { root, toggle, reset, state };
}

function make(tag, className, text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (tag === "button") node.type = "button";
  node.textContent = text;
  return node;
}
