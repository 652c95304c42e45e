"""The benchmarks measure what works: every server delivers everything to everyone, once, and echoes."""

import pytest

from benchmarks.contestants import BARE, NAIVE, OURS, OURS_ON_UVICORN, PEERS, UNCOMPRESSED, Contestant
from benchmarks.echo_clients import EchoClients
from benchmarks.fan_out import crowd_of
from benchmarks.paced_clients import PacedClients
from benchmarks.results import Results
from benchmarks.server_process import ServerProcess


EVERYONE = [NAIVE, UNCOMPRESSED, OURS, OURS_ON_UVICORN, BARE, *PEERS]


@pytest.fixture(params=EVERYONE, ids=lambda each: each.name)
def server(request: pytest.FixtureRequest) -> ServerProcess:
    """Name a server; it is not a fault that a peer is not installed."""
    contestant: Contestant = request.param
    if not contestant.is_here:
        pytest.skip(f"{contestant.name} is not installed; benchmarks/README.md says how.")
    return ServerProcess(contestant)


def test_everyone_hears_everything_once(server: ServerProcess) -> None:
    with server, crowd_of(server, 10) as crowd:
        load = crowd.speak(in_flight=4, seconds=0.05, form=server.contestant.form)

    assert load.deliveries > 0


def test_an_echo_answers_everyone(server: ServerProcess) -> None:
    if not server.contestant.echo:
        pytest.skip(f"{server.contestant.name} has no echo.")
    with server, EchoClients(server.url(server.contestant.echo), 5) as clients:
        assert clients.talk(in_flight=2, seconds=0.05) >= 10


def test_a_healthy_client_of_the_whole_server_misses_nothing() -> None:
    with (
        ServerProcess(OURS) as server,
        PacedClients(server.url(OURS.path), 5, 1, OURS.greeting, OURS.answers, OURS.form) as clients,
    ):
        share, *_ = clients.talk()

    assert share == 1.0


def test_a_table_shows_medians_and_ratios() -> None:
    results = Results("Speed: µs", ["one", "two"])
    for name, number in (("naive", 40.0), ("naive", 60.0), ("naive", 50.0), ("ours", 5.0)):
        results.add(name, "one", number)

    _, _, naive, ours, *_ = results.table().splitlines()
    assert naive.split() == ["naive", "50", "(1.0×)", "–"]
    assert ours.split() == ["ours", "5", "(10.0×)", "–"]
