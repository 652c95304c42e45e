"""What goes wrong behind a page."""

from playwright.sync_api import ConsoleMessage, Page


def page_faults(page: Page) -> list[str]:
    """Return a list that grows with each error of the page; a refused handshake is none."""
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "WebSocket connection to" not in message.text:
            faults.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    return faults
