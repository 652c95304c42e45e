"""A server's web page inside the notebook, also where Jupyter runs on another machine."""

from html import escape
from pathlib import Path
from typing import Any

from anywidget import AnyWidget
from traitlets import Int, Unicode

from websocket_lab.display.look import stylesheet
from websocket_lab.display.widget_bundle import widget_bundle
from websocket_lab.server.background_server import BackgroundServer


class PageView(AnyWidget):
    """A frame with a page of a server that runs in the background, and the page's address.

    The browser asks the server itself if it can reach it. Where Jupyter runs on another machine it cannot,
    and asks Jupyter instead, which passes the page on if `jupyter-server-proxy` is installed there.

    Args:
        server: The running server.
        path: The page's path.
        title: What the page is.
        height: The frame's height in pixels.
    """

    _esm = Path(__file__).with_name("page_view.js")
    _css = stylesheet("widgets/page_view.css")

    title = Unicode().tag(sync=True)
    direct = Unicode().tag(sync=True)
    proxied = Unicode().tag(sync=True)
    height = Int().tag(sync=True)

    def __init__(
        self, server: BackgroundServer, path: str = "/", *, title: str = "Test page", height: int = 640
    ) -> None:
        if not server.is_running:
            raise RuntimeError("The server does not run, so it has no page to show. Start it: server.start()")

        direct, proxied = server.http_url(path), f"proxy/{server.port}/{path.removeprefix('/')}"
        super().__init__(title=title, direct=direct, proxied=proxied, height=height)
        self.add_class("wsl-host")

    def __repr__(self) -> str:
        """Return the page's title and address."""
        return f"{self.title} · {self.direct}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the frame, and beside it what is shown where there is no kernel."""
        address = escape(self.direct, quote=True)
        link = f'<a href="{address}" target="_blank" rel="noopener">{address}</a>'
        html = f"<p><strong>{escape(self.title, quote=True)}</strong> · {link}, while its server runs.</p>"
        return widget_bundle(self.model_id, repr(self), html)
