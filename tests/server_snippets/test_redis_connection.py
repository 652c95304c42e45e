"""The broker's connection to Redis: how it ends."""

import pytest

from server_snippets.redis_connection import broken_is_lost


def test_uvloop_s_error_for_a_connection_that_ends_while_it_is_used_means_that_it_is_lost() -> None:
    with pytest.raises(ConnectionError, match="the handler is closed"), broken_is_lost():
        raise RuntimeError("the handler is closed")
