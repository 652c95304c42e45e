"""Events: the JSON objects that a server sends, compared as a contract means it."""

import json
from collections.abc import Mapping
from typing import Any

from websocket_lab.server.safe_text import shortened


Event = Mapping[str, Any]


class Anything:
    """Stands for a value that the contract leaves open: equal to everything."""

    def __eq__(self, other: object) -> bool:
        """Say yes."""
        return True

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show that anything may stand here."""
        return "…"


ANYTHING = Anything()


def matches(came: object, expected: Event) -> bool:
    """Return whether `came` has all that is expected; it may have more."""
    return isinstance(came, dict) and all(
        key in came and expected_value == came[key] for key, expected_value in expected.items()
    )


def shown(event: object, longest: int = 200) -> str:
    """Return an event as JSON, without its middle if it is long."""
    text = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False, default=repr)
    text = text.replace('"…"', "…")
    short = shortened(text, longest)
    return text if short == text else f"{short} ({len(text):,} characters)"
