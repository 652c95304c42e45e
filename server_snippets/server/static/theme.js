/** The page's theme: the one that its address asks for, `#light` or `#dark`, else the system's. */

const THEMES = ["light", "dark"];

/** Follow the address, now and whenever its fragment changes: a notebook that shows the page changes it. */
export function followTheAddress() {
  applyTheme();
  addEventListener("hashchange", applyTheme);
}

function applyTheme() {
  const theme = location.hash.slice(1);
  if (THEMES.includes(theme)) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
