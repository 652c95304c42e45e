"""A server's page in a frame: what is said of it without a browser."""

from collections.abc import Iterator

import pytest

from server_snippets.main import make_app
from websocket_lab import BackgroundServer, PageView


@pytest.fixture(scope="module")
def server() -> Iterator[BackgroundServer]:
    with BackgroundServer(make_app()) as server:
        yield server


def test_it_knows_the_page_s_address_here_and_through_jupyter(server: BackgroundServer) -> None:
    view = PageView(server, "/health")

    assert view.direct == server.http_url("/health")
    assert view.proxied == f"proxy/{server.port}/health"


def test_the_root_s_address_through_jupyter_ends_with_a_slash(server: BackgroundServer) -> None:
    assert PageView(server).proxied == f"proxy/{server.port}/"


def test_as_text_it_is_the_page_s_title_and_address(server: BackgroundServer) -> None:
    assert repr(PageView(server, title="The chat")) == f"The chat · {server.http_url('/')}"


def test_without_a_kernel_it_is_a_link_with_everything_escaped(server: BackgroundServer) -> None:
    data, _ = PageView(server, '/"<img>', title="<script>")._repr_mimebundle_()

    assert f'href="{server.http_url("/")}&quot;&lt;img&gt;"' in data["text/html"]
    assert "<script" not in data["text/html"]


def test_a_server_that_does_not_run_has_no_page() -> None:
    with pytest.raises(RuntimeError, match=r"Start it: server\.start\(\)"):
        PageView(BackgroundServer(make_app()))
