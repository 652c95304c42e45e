"""A widget whose messages reach Python while a cell is running."""

from functools import cache
from typing import Any

from anywidget import AnyWidget
from ipykernel.comm.comm import BaseComm
from ipykernel.kernelbase import Kernel
from ipywidgets import __protocol_version__  # type: ignore[import-untyped]


class SubshellWidget(AnyWidget):
    """A widget that a subshell listens to, a thread beside the cells: its clicks wait for no cell."""

    comm: Any

    def open(self) -> None:
        """Connect the widget to the browser, unless no kernel is running."""
        if self.comm is None and Kernel.initialized():
            self.comm = SubshellComm(  # type: ignore[no-untyped-call]
                target_name="jupyter.widget",
                data={"state": self.get_state(), "buffer_paths": []},
                metadata={"version": __protocol_version__},
            )
        super().open()


class SubshellComm(BaseComm):
    """A comm that never leaves a message to the kernel's main thread, where the cells run."""

    def _reply_subshell_for(self, _: Any, chosen: str | None) -> str | None:
        # ipykernel 7.4 would take the main thread, for the comm was opened there: it may be in a long cell.
        # If a cell awaits there, the message can take the next cell's end, which then stays at [*] for ever.
        return chosen or _own_subshell()


@cache
def _own_subshell() -> str | None:
    """Return a subshell for messages whose sender has not chosen one: JupyterLab's first, VS Code's all."""
    channel = Kernel.instance().shell_channel_thread
    return str(channel.manager._create_subshell()) if channel else None
