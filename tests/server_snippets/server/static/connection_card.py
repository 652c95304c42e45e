"""One connection of the test page, driven as a person drives it."""

from typing import Self

from playwright.sync_api import Locator, Page, expect


class ConnectionCard:
    """The card of the connection that `name` holds."""

    def __init__(self, page: Page, name: str = "Ana") -> None:
        self.root = page.get_by_role("region", name=name, exact=True)
        self.state = self.root.get_by_role("status")
        self.log = self.root.get_by_role("log")
        self.message = self.root.get_by_role("textbox", name="Message")
        self.ending = self.root.locator(".ending")
        self.address = self.root.locator(".address code")

    def choose(self, endpoint: str, **parameters: str) -> Self:
        """Choose an endpoint by its path, and fill its parameters by their labels."""
        label = self.root.locator("option", has_text=f"/{endpoint}").first.inner_text()
        self.root.get_by_label("Endpoint").select_option(label=label)
        for name, value in parameters.items():
            self.root.get_by_label(name.capitalize().replace("_", " "), exact=True).fill(value)
        return self

    def press(self, button: str) -> Self:
        """Press a button of the card."""
        self.root.get_by_role("button", name=button, exact=True).click()
        return self

    def connect(self) -> Self:
        """Press Connect and wait until the connection is open."""
        self.press("Connect")
        expect(self.state).to_have_text("open")
        return self

    def unfold(self, words: str) -> Self:
        """Open one of the card's folded parts."""
        self.root.locator("summary", has_text=words).click()
        return self

    def send(self, message: str, kind: str = "Text") -> Self:
        """Write a message of a kind and send it with Enter."""
        self.root.get_by_role("radio", name=kind).check(force=True)
        self.message.fill(message)
        self.message.press("Enter")
        return self

    def rows(self, direction: str) -> Locator:
        """The texts in the log that went one way: `sent`, `received` or `event`."""
        return self.log.locator(f"[data-direction={direction}] .text")


def add_card(page: Page, name: str) -> ConnectionCard:
    """Press the button that adds a connection, and return the card of the one who gets it."""
    page.get_by_role("button", name="Add a connection").click()
    return ConnectionCard(page, name)
