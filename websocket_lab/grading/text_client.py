"""A person on a server that passes plain texts on."""

from collections.abc import Container, Sequence
from functools import partial
from typing import Any

from websocket_lab.client.connection_state import ConnectionEnded
from websocket_lab.grading.event import Event, shown
from websocket_lab.grading.mismatch import Mismatch
from websocket_lab.grading.simulated_client import PATIENCE, TOO_MUCH, Causes, SimulatedClient
from websocket_lab.grading.timing import Patience


class TextClient(SimulatedClient):
    """One real client that receives texts; `likely` has the word `other` for another text than the expected.

    Args:
        url: Where it connects.
        name: How the verdict calls it.
        said: The texts that people have said; all others are passed over. None if every text counts.
    """

    def __init__(self, url: str, name: str, said: Container[str] | None, **connect_options: Any) -> None:
        super().__init__(url, name, name.lower(), said, **connect_options)

    def hears_text(self, text: str, likely: Causes | None = None, patience: float = PATIENCE) -> None:
        """Read the next text that somebody has said, which must be this one."""
        self._next(f"{self.name} receives {shown(text)}.", _event(text), likely or {}, patience)

    def hears_in_the_end(self, text: str, likely: Causes | None = None, patience: float = PATIENCE) -> None:
        """Read on until this text comes, unless it has come already."""
        wanted, causes = f"{self.name} receives {shown(text)}.", likely or {}
        try:
            if text not in self.client.messages:
                Patience(patience).wait(partial(self.client.wait_for, text))
        except TimeoutError:
            raise self._silence(wanted, causes, patience) from None
        except ConnectionEnded as error:
            raise Mismatch(wanted, str(error).partition(" Call ")[0], causes.get("closed", "")) from None

    def has_heard(self, texts: Sequence[str], likely: Causes | None = None) -> None:
        """Have received these texts by now, once each and in this order, whatever came between them."""
        heard = [str(message) for message in self.client.messages if message in set(texts)]
        if heard == list(texts):
            return

        wanted = f"{self.name} receives {len(texts)} texts, once each and in order."
        kind = "twice" if len(heard) > len(set(heard)) else "other" if len(heard) == len(texts) else "nothing"
        missed = [text for text in texts if text not in heard]
        came = f"{self.name} missed {shown(missed[0])}." if missed else f"{self.name} received {len(heard)}."
        raise Mismatch(wanted, came, (TOO_MUCH | dict(likely or {})).get(kind, ""))

    def _parsed(self, message: str | bytes, wanted: str) -> Event:
        self._raw = str(message)
        return _event(self._raw)

    def _silence(self, wanted: str, likely: Causes, patience: float) -> Mismatch:
        self._passed_over = [event["text"] for event in self._passed_over]
        return super()._silence(wanted, likely, patience)

    def _instead(self, wanted: str, came: Event, likely: Causes) -> Mismatch:
        mismatch = super()._instead(wanted, came, likely)
        mismatch.came = f"{self.name} received {shown(str(came['text']))}."
        mismatch.cause = mismatch.cause or likely.get("other", "")
        return mismatch


def _event(text: str) -> Event:
    # A person passes over what is not of a known type: each text that was said is a type of its own.
    return {"type": text, "text": text}
