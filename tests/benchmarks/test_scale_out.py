"""The benchmark of scaling out measures what works: who is on another process hears everything, too, once."""

import pytest

from benchmarks.scale_out import LINE_UP, ScaledOut
from tests.private_redis import private_redis


@pytest.mark.parametrize("name", LINE_UP)
def test_every_text_comes_to_the_clients_of_all_processes(name: str) -> None:
    contestant, processes = LINE_UP[name]
    if not contestant.is_here:
        pytest.skip(f"{contestant.name} is not installed; benchmarks/README.md says how.")
    with (
        private_redis() as redis,
        ScaledOut(contestant, processes, redis.url if processes > 1 else "") as servers,
        servers.clients(6) as clients,
    ):
        assert clients.talk(5, 100) == 5 * 6
