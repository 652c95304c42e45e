"""Step 13, the message log: the last messages by their ids, each once, the same in every process.

New since step 10: the ids come with the messages, so that a client may come back to any process.
Used by: server_snippets.step_13_chat
"""


# %% log
class MessageLog:
    """The last messages, oldest first.

    Args:
        kept: How many of them; an older one is forgotten.
    """

    def __init__(self, kept: int = 50) -> None:
        self._kept = kept
        self._texts: dict[str, str] = {}

    def add(self, number: str, text: str) -> bool:
        """Keep a message and return True; return False if it is here already."""
        if number in self._texts:
            return False

        self._texts[number] = text
        if len(self._texts) > self._kept:
            del self._texts[next(iter(self._texts))]
        return True

    def after(self, number: str) -> list[str]:
        """Return what came behind a message; all there is, if that message is not known."""
        numbers = list(self._texts)
        start = numbers.index(number) + 1 if number in self._texts else 0
        return [self._texts[number] for number in numbers[start:]]
