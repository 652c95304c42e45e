"""Two visitors share a loop and have their work saved over the wire, and neither in a test."""

import asyncio

from websocket_lab.experiments.testing import visit_test, visit_wire


def test_in_a_test_each_has_a_loop_and_nothing_is_saved() -> None:
    assert visit_test() == (2, 0)


def test_over_the_wire_they_share_a_loop_and_all_is_saved() -> None:
    assert asyncio.run(visit_wire()) == (1, 2)
