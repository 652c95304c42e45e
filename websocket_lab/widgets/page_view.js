/* A server's page in a frame: from the server itself, or through Jupyter where only Jupyter can reach the server. */

const THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"];
const PATIENCE = 5000;
const NO_ANSWER = "The page does not answer. Is its server running? Start it, then run this cell again.";
const NO_PROXY =
  "The page does not answer. If its server is running, Jupyter runs on another machine, and the package " +
  "jupyter-server-proxy is missing there: install it, start Jupyter anew, and run this notebook again.";

export default { render };

async function render({ model, el }) {
  const card = build(model);
  el.append(card.root);
  // As ipywidgets mark their own views.
  model.on("comm_live_update", () => el.classList.add("jupyter-widgets-disconnected"));
  const { address, trouble } = await findPage(model);
  if (trouble) tell(card, trouble);
  else show(card, address);
  const watch = new MutationObserver(() => address && tellTheme(card.frame, address));
  watch.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
  return () => watch.disconnect();
}

function show(card, address) {
  card.address.textContent = card.link.href = address;
  card.frame.src = address + theme();
  tell(card, "");
  // A server that stops while its page is loading leaves a broken one.
  card.frame.addEventListener("load", async () => {
    if ((await ask(address)) !== 200) tell(card, NO_ANSWER);
  });
}

/* Return JupyterLab's theme as a fragment of the page's address; nothing where there is none. */
function theme() {
  return { true: "#light", false: "#dark" }[document.body.dataset.jpThemeLight] ?? "";
}

/* Another fragment does not load the page again, and replacing it adds nothing to the way back. */
function tellTheme(frame, address) {
  frame.contentWindow?.location.replace(address + theme());
}

function tell(card, words) {
  card.words.textContent = words;
  card.box.hidden = Boolean(words);
}

async function findPage(model) {
  let status = 0;
  for (const address of addresses(location.href, jupyterBase(), model.get("direct"), model.get("proxied"))) {
    status = await ask(address);
    if (status === 200) return { address };
  }
  return { trouble: status === 404 ? NO_PROXY : NO_ANSWER };
}

/* Return where the page may be, the best place first; `base` is empty where there is no Jupyter server. */
export function addresses(notebook, base, direct, proxied) {
  if (!base) return [direct];
  const throughJupyter = new URL(proxied, new URL(base, notebook)).href;
  // Also at the near end of a tunnel Jupyter seems to run on this machine, so its proxy is the second choice.
  return THIS_MACHINE.includes(new URL(notebook).hostname) ? [direct, throughJupyter] : [throughJupyter];
}

function jupyterBase() {
  const config = document.getElementById("jupyter-config-data")?.textContent;
  return config ? JSON.parse(config).baseUrl : "";
}

/* Return an address's HTTP status, or 0 if nobody answers there. */
async function ask(address) {
  try {
    const answer = await fetch(address, { mode: "no-cors", signal: AbortSignal.timeout(PATIENCE) });
    // Another server's answer may be shown in a frame, but not be looked into.
    return answer.type === "opaque" ? 200 : answer.status;
  } catch {
    return 0;
  }
}

function build(model) {
  const root = make("div", "wsl wsl-page");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", model.get("title"));
  const head = make("div", "wsl-page-head");
  const address = make("code", "wsl-page-address", model.get("direct"));
  const link = make("a", "wsl-page-link", "Open in a new tab");
  Object.assign(link, { href: model.get("direct"), target: "_blank", rel: "noopener" });
  head.append(make("strong", "", model.get("title")), address, link);
  const words = make("p", "wsl-page-words", "Looking for the page …");
  words.setAttribute("role", "status");
  const frame = make("iframe");
  Object.assign(frame, { title: model.get("title"), allow: "clipboard-write" });
  const box = make("div", "wsl-page-box");
  Object.assign(box, { hidden: true, style: `height: ${model.get("height")}px` });
  box.append(frame);
  root.append(head, words, box);
  return { root, address, link, words, frame, box };
}

function make(tag, className = "", text = "") {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}
