/** Where the endpoints are: everything is built from the page's own address. */

/**
 * Return the address of the folder that the page is in, with `ws` for `http` and `wss` for `https`.
 * Right at the root of a server, behind a prefix, and through a proxy alike.
 * @param {string} page
 */
export function serverBase(page) {
  const base = new URL(".", page);
  base.protocol = base.protocol.replace("http", "ws");
  base.username = base.password = "";
  return base;
}

/**
 * Return an endpoint's full address, with each `{name}` of its path filled in and escaped.
 * @param {URL} base
 * @param {string} path
 * @param {Record<string, string>} values
 */
export function endpointAddress(base, path, values) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name]));
  return new URL(filled, base).href;
}

/**
 * Return whether a page at this address came through jupyter-server-proxy.
 * @param {string} page
 */
export function isProxied(page) {
  return /\/proxy\/(absolute\/)?\d+\//.test(new URL(page).pathname);
}
