"""An nginx of the notebook's own, with the course's configuration, on a free port."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import server_snippets
from websocket_lab.processes.child_process import HOST, ChildProcess, PrivateProgram, listens
from websocket_lab.server.cell_registry import CellRegistry


CONFIGURATION = Path(server_snippets.__file__).parent.parent / "docs" / "deployment" / "nginx.conf"
# In one process, so that nothing is left behind when it is killed.
ONE_PROCESS = "daemon off; master_process off;"
HOW_TO_GET_IT = "nginx is not installed: sudo apt install nginx-light, or brew install nginx."


class PrivateNginx(PrivateProgram):
    """`PrivateNginx(server.port, folder).start()`: wss in front of servers that speak ws.

    Args:
        upstream: The port of the server behind it, or those of two servers.
        folder: Where `chain.pem` and `key.pem` are.
        changes: Pieces of the configuration, and what stands there instead.
    """

    def __init__(
        self, upstream: int | tuple[int, int], folder: Path, changes: dict[str, str] | None = None
    ) -> None:
        super().__init__()
        first, *others = (upstream,) if isinstance(upstream, int) else upstream
        self._changes = {
            "listen 443": f"listen {HOST}:{self.port}",
            "server server-1:8000;": f"server {HOST}:{first};",
            "server server-2:8000;": "".join(f"server {HOST}:{port};" for port in others),
            "/var/log/nginx/": "",
            "worker_processes auto;": "worker_processes auto; pid nginx.pid;",
            # A process may not raise its limit beyond the hard one.
            "worker_rlimit_nofile 40000;": "",
            "chain.pem": str(folder / "chain.pem"),
            "key.pem": str(folder / "key.pem"),
            "worker_connections 20000": "worker_connections 512",
        } | (changes or {})
        self._folder: TemporaryDirectory[str] | None = None
        _started.replace(self)

    @property
    def page(self) -> str:
        """The origin of the pages behind nginx."""
        return f"https://{HOST}:{self.port}"

    def start(self) -> Self:
        """Return this nginx when it answers; do nothing where none is installed.

        Raises:
            ProcessStartError: It is installed, but did not start.
        """
        if (program := shutil.which("nginx")) is None:
            return self

        self.stop()
        self._folder = TemporaryDirectory(ignore_cleanup_errors=True)
        place = Path(self._folder.name)
        (place / "nginx.conf").write_text(self.configuration())
        options = ["-p", str(place), "-c", "nginx.conf", "-e", "error.log", "-g", ONE_PROCESS]
        self._process = ChildProcess([program, *options])
        self._process.wait_for(lambda: listens(self.port))
        return self

    def configuration(self) -> str:
        """Return the course's configuration with this machine's ports and files."""
        text = CONFIGURATION.read_text()
        for piece, instead in self._changes.items():
            text = text.replace(piece, instead)
        # nginx keeps what it buffers in folders that only root may write to.
        folders = "".join(
            f"{name}_temp_path {name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        return text.replace("http {", f"http {{ {folders}", 1)

    def log(self) -> str:
        """Return the lines on the requests that are over."""
        return (Path(self._folder.name) / "access.log").read_text() if self._folder else ""

    def errors(self) -> str:
        """Return what nginx says went wrong."""
        return (Path(self._folder.name) / "error.log").read_text() if self._folder else ""

    def stop(self) -> None:
        """End the process and delete its folder."""
        super().stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def url(self, path: str = "/") -> str:
        """Return the WebSocket address of `path` through nginx."""
        return f"wss://{HOST}:{self.port}/{path.removeprefix('/')}"

    def __enter__(self) -> Self:
        """Start nginx."""
        return self.start()

    def __exit__(self, *exception: object) -> None:
        """Stop nginx."""
        self.stop()

    def __repr__(self) -> str:
        """Say where nginx answers, or how to get it."""
        if self.is_running:
            return f"<nginx at {self.url()}>"
        return "<nginx, stopped>" if shutil.which("nginx") else HOW_TO_GET_IT


_started = CellRegistry(PrivateNginx.stop)
