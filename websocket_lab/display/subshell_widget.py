"""A widget whose messages reach Python while a cell is running."""

from functools import cache
from threading import Condition
from typing import Any

from anywidget import AnyWidget
from ipykernel.comm.comm import BaseComm
from ipykernel.kernelbase import Kernel
from ipywidgets import __protocol_version__  # type: ignore[import-untyped]


HEAR_OUT_SECONDS = 5.0


class SubshellWidget(AnyWidget):
    """A widget that a subshell listens to, a thread beside the cells: its clicks wait for no cell."""

    comm: Any

    def open(self) -> None:
        """Connect the widget to the browser, unless no kernel is running."""
        if self.comm is None and Kernel.initialized():
            self.comm = SubshellComm(
                target_name="jupyter.widget",
                data={"state": self.get_state(), "buffer_paths": []},
                metadata={"version": __protocol_version__},
            )
        super().open()

    def hear_out(self) -> None:
        """Return when what was sent before the running cell has arrived, or after five seconds."""
        if isinstance(self.comm, SubshellComm):
            self.comm.hear_out(HEAR_OUT_SECONDS)


class SubshellComm(BaseComm):
    """A comm that never leaves a message to the kernel's main thread, where the cells run."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._heard = Condition()
        self._coming = 0
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]

    def hear_out(self, deadline: float) -> None:
        """Return when no message is on its way to the subshell, or after so many seconds."""
        with self._heard:
            self._heard.wait_for(lambda: self._coming <= 0, deadline)

    def handle_msg(self, msg: Any) -> None:
        """Let the widget receive a message."""
        try:
            super().handle_msg(msg)
        finally:
            with self._heard:
                self._coming -= 1
                self._heard.notify_all()

    def _reply_subshell_for(self, _: Any, chosen: str | None) -> str | None:
        # This is asked before the kernel looks at the next message, such as a cell to run.
        with self._heard:
            self._coming += 1
        # ipykernel 7.4 would take the main thread, for the comm was opened there: it may be in a long cell.
        # If a cell awaits there, the message can take the next cell's end, which then stays at [*] forever.
        return chosen or _own_subshell()


@cache
def _own_subshell() -> str | None:
    """Return a subshell for messages whose sender has not chosen one: JupyterLab's first, VS Code's all."""
    channel = Kernel.instance().shell_channel_thread
    return str(channel.manager._create_subshell()) if channel else None
