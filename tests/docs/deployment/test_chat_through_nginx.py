"""The chat's own tests once more: through nginx, and to two servers that share a Redis."""

from tests.server_snippets.server.endpoints.test_chat_endpoint import *  # noqa: F403


# There is one broker, Redis.
pytestmark: list[object] = []
# It runs a server of its own.
del test_three_seconds_of_silence_end_typing_and_the_typist_hears_nothing_of_it  # noqa: F821
