/* The wire: a picture that Python draws, with everything in it escaped, and the same as text to unfold. */

const AT_THE_END = 8;

export default { render };

function render({ model, el }) {
  const card = build(model.get("title"));
  el.append(card.root);
  // As ipywidgets mark their own views.
  model.on("comm_live_update", () => el.classList.add("jupyter-widgets-disconnected"));
  model.on("change:svg", () => show(model, card));
  model.on("change:text", () => show(model, card));
  card.picture.addEventListener("scroll", () => keepNamesInSight(card));
  show(model, card);
  requestAnimationFrame(() => scrollToTheEnd(card));
}

function show(model, card) {
  const { picture, text } = card;
  const follows = picture.scrollHeight - picture.scrollTop - picture.clientHeight < AT_THE_END;
  picture.innerHTML = model.get("svg");
  text.textContent = model.get("text");
  if (follows) scrollToTheEnd(card);
  keepNamesInSight(card);
}

function scrollToTheEnd({ picture }) {
  picture.scrollTop = picture.scrollHeight;
}

/* The names of the lanes stay at the top, however far down the picture is. */
function keepNamesInSight({ picture }) {
  const svg = picture.querySelector("svg");
  const scale = svg.clientWidth / svg.viewBox.baseVal.width || 1;
  svg.querySelector(".wsl-names").setAttribute("transform", `translate(0 ${picture.scrollTop / scale})`);
}

function build(title) {
  const root = make("div", "wsl wsl-tap");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", title);
  const head = make("div", "wsl-title", title);
  const picture = make("div", "wsl-tap-picture");
  picture.tabIndex = 0;
  picture.setAttribute("role", "group");
  picture.setAttribute("aria-label", "Diagram; the same as text below");
  // JupyterLab would take the arrow keys for its own commands.
  picture.dataset.lmSuppressShortcuts = "true";
  const details = make("details", "");
  const text = make("pre", "");
  text.tabIndex = 0;
  text.dataset.lmSuppressShortcuts = "true";
  details.append(make("summary", "", "The same as text"), text);
  root.append(head, picture, details);
  return { root, picture, text };
}

function make(tag, className, text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}
