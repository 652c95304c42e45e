"""How Sphinx builds the site: readable without scripts, and with no request to another host."""

from pathlib import Path

from sphinx.application import Sphinx


project = "WebSocket Lab"
html_title = "WebSocket Lab"
language = "en"
extensions = ["myst_nb"]
# The notebooks come with their outputs.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_merge_streams = True
myst_heading_anchors = 4
html_theme = "furo"
html_css_files = ["course.css", "site.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_use_index = False
html_favicon = "static/favicon.svg"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
FOR_EVERYONE = {
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    'class="caption" role="heading"': 'class="caption" role="heading" aria-level="2"',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="The course">',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
}


def setup(app: Sphinx) -> None:
    """Change the pages when they are done."""
    app.connect("build-finished", open_to_everyone)


def open_to_everyone(app: Sphinx, problem: Exception | None) -> None:
    """Let the keyboard scroll what is wide, and say what the theme leaves out for screen readers."""
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for before, after in FOR_EVERYONE.items():
            text = text.replace(before, after)
        page.write_text(text, encoding="utf-8")
