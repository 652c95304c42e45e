/* A question with radio buttons. What is chosen goes to Python; the outcome comes from there. */

const WAITING = "Choose one; the answer comes below.";
const NOTED = "Noted: the answer comes below.";

export default { render };

function render({ model, el }) {
  const card = build(model);
  el.append(card.root);
  // As ipywidgets mark their own views.
  model.on("comm_live_update", () => el.classList.add("jupyter-widgets-disconnected"));
  model.on("change:chosen", () => show(model, card));
  model.on("change:answer", () => show(model, card));
  model.on("change:outcome", () => show(model, card));
  // Without a kernel nobody notes a choice, and no answer comes.
  model.on("comm_live_update", () => loseKernel(model, card));
  if (el.classList.contains("jupyter-widgets-disconnected")) loseKernel(model, card);
  show(model, card);
}

function show(model, card) {
  const outcome = model.get("outcome");
  const chosen = model.get("chosen");
  for (const option of card.options) showOption(option, chosen, model.get("answer"), outcome, card.lost);
  say(card.outcome, outcome || (card.lost ? "" : chosen ? NOTED : WAITING));
  say(card.feedback, model.get("feedback"));
  card.outcome.toggleAttribute("data-known", Boolean(outcome));
}

function loseKernel(model, card) {
  card.lost = true;
  show(model, card);
}

function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

function showOption({ node, radio, mark }, chosen, answer, outcome, lost) {
  const right = Boolean(outcome) && radio.value === answer;
  const wrong = Boolean(outcome) && radio.value === chosen && !right;
  radio.checked = radio.value === chosen;
  radio.disabled = Boolean(outcome) || lost;
  node.toggleAttribute("data-locked", radio.disabled);
  node.toggleAttribute("data-right", right);
  node.toggleAttribute("data-wrong", wrong);
  mark.textContent = right ? "✓" : wrong ? "✗" : "";
}

function build(model) {
  const root = make("div", "wsl wsl-prediction");
  const fieldset = make("fieldset");
  const legend = make("legend");
  legend.append(make("span", "wsl-eyebrow", "Predict"), model.get("question"));
  const group = `wsl-prediction-${Math.random().toString(36).slice(2)}`;
  const options = model.get("options").map((text) => buildOption(model, group, text));
  const list = make("div", "wsl-options");
  list.append(...options.map((option) => option.node));
  const said = make("div", "wsl-said");
  said.setAttribute("role", "status");
  const outcome = make("div", "wsl-outcome");
  const feedback = make("div", "wsl-feedback");
  said.append(outcome, feedback);
  fieldset.append(legend, list);
  root.append(fieldset, said);
  return { root, options, outcome, feedback, lost: false };
}

function buildOption(model, group, text) {
  const node = make("label", "wsl-option");
  const radio = make("input");
  radio.type = "radio";
  radio.name = group;
  radio.value = text;
  // JupyterLab would take the arrow keys and the space bar for its own commands.
  radio.dataset.lmSuppressShortcuts = "true";
  radio.addEventListener("change", () => {
    model.set("chosen", text);
    model.save_changes();
  });
  radio.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.shiftKey) goOn(event);
  });
  const mark = make("span", "wsl-mark");
  node.append(radio, make("span", "", text), mark);
  return { node, radio, mark };
}

function goOn(event) {
  // As after any cell, Shift + Enter leads to the next one; JupyterLab selects the cell that gets the focus.
  event.target.closest(".jp-Cell")?.nextElementSibling?.focus();
}

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}
