"""A widget's comm whose messages reach Python while a cell is running."""

from typing import Any

from ipykernel.comm.comm import BaseComm
from ipykernel.kernelbase import Kernel
from ipywidgets import __protocol_version__  # type: ignore[import-untyped]


class SubshellComm(BaseComm):
    """A comm that leaves each message to the subshell that JupyterLab has chosen for it."""

    def _reply_subshell_for(self, _: Any, default: str | None) -> str | None:
        # ipykernel 7.4 would take the main thread, for the comm was opened there: it may be in a long cell.
        return default


def comm_beside_cells(state: dict[str, Any]) -> BaseComm | None:
    """Open and return a widget's comm with `state`, or return None where no kernel is running."""
    if not Kernel.initialized():
        return None

    return SubshellComm(  # type: ignore[no-untyped-call]
        target_name="jupyter.widget",
        data={"state": state, "buffer_paths": []},
        metadata={"version": __protocol_version__},
    )
