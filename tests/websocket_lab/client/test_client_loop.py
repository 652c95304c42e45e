"""All clients of a process live on one loop, whoever asks for it first."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import ModuleType

import pytest

from websocket_lab.client import client_loop
from websocket_lab.wire import proxy as tap_loop


@pytest.mark.parametrize(
    ("module", "ask"), [(client_loop, "client_loop"), (tap_loop, "tap_loop")], ids=["clients", "taps"]
)
def test_two_threads_that_ask_first_get_the_same_loop(
    module: ModuleType, ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @cache
    def portal() -> object:
        time.sleep(0.1)
        return object()

    monkeypatch.setattr(module, "_portal", portal)
    with ThreadPoolExecutor(2) as threads:
        first, second = [threads.submit(getattr(module, ask)) for _ in range(2)]

    assert first.result() is second.result()
