"""The tests of the channels and the echo once more: through nginx, to two servers that share a Redis."""

from tests.server_snippets.server.endpoints.test_channels_endpoint import *  # noqa: F403
from tests.server_snippets.server.endpoints.test_echo_endpoint import *  # noqa: F403


# There is one broker, Redis.
pytestmark: list[object] = []
