"""What Redis keeps for the broker is bounded by bytes, whatever clients send."""

from collections.abc import Iterator

import pytest
from redis import Redis

from server_snippets.main import Settings
from server_snippets.server.brokers.history import HISTORY
from server_snippets.server.brokers.redis.reader import as_numbers
from server_snippets.server.brokers.redis.scripts import APPEND, LOG_SEGMENTS, REMEMBER, Keys
from tests.redis_server import RedisServer


KEYS = Keys(Settings.redis_prefix)
KEPT = 1_000_000
# What Redis' memory allocator and its own structures add.
OVERHEAD = 1.3

SAY = f"""
{APPEND}
local message = string.rep('x', ARGV[2])
for _ = 1, ARGV[1] do append(KEYS[1], KEYS[2], KEYS[3], {KEPT}, '{{"kind":"published"}}', message) end
"""
KEPT_OF_ALL_ROOMS = 5_000_000
SAY_IN = f"""
{REMEMBER.replace(str(HISTORY.total_bytes), str(KEPT_OF_ALL_ROOMS))}
local message = string.rep('x', ARGV[2])
for _ = 1, ARGV[1] do
  local id = redis.call('XADD', 'ids', 'MAXLEN', 1, '*', 'a', 'b')
  remember(KEYS[1], KEYS[2], KEYS[3], id, message)
end
"""


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator["Redis"]:
    """Use a database that is empty."""
    with Redis.from_url(redis_server.url.replace("/0", "/1"), decode_responses=True) as redis:
        redis.flushdb()
        yield redis
        redis.flushdb()


@pytest.mark.parametrize(("count", "size"), [(30_000, 100), (100, 60_000)])
def test_the_log_keeps_so_many_bytes_and_no_more(redis: "Redis", count: int, size: int) -> None:
    redis.eval(SAY, 3, KEYS.log, KEYS.log_state, KEYS.segments, count, size)
    taken = redis.memory_usage(KEYS.log, samples=0)

    assert KEPT / 2 < taken < OVERHEAD * KEPT
    oldest, *_ = redis.xrange(KEYS.log, count=1)
    assert as_numbers(redis.hget(KEYS.log_state, "trimmed")) < as_numbers(oldest[0])
    assert redis.llen(KEYS.segments) <= LOG_SEGMENTS


def say_in(redis: "Redis", room: str, count: int, size: int) -> str:
    """Say something in a room so many times, and return the key of its history."""
    key = KEYS.history("chat", room)
    redis.eval(SAY_IN, 3, key, KEYS.room_bytes, KEYS.room_times, count, size)
    return key


def test_a_room_keeps_fifty_messages_and_of_long_ones_as_many_as_fit(redis: "Redis") -> None:
    short, long = say_in(redis, "short", 60, 10), say_in(redis, "long", 60, 60_000)

    assert redis.xlen(short) == 50
    assert redis.xlen(long) == 900_000 // 60_100
    assert int(redis.hget(KEYS.room_bytes, long)) == 14 * 60_100


def test_all_rooms_together_keep_so_many_bytes_and_forget_the_room_that_was_silent_for_longest(
    redis: "Redis",
) -> None:
    rooms = KEPT_OF_ALL_ROOMS // 841_400
    quiet = say_in(redis, "quiet", 1, 10)
    full = [say_in(redis, f"room-{number}", 14, 60_000) for number in range(rooms + 2)]

    assert int(redis.hget(KEYS.room_bytes, "")) <= KEPT_OF_ALL_ROOMS
    assert not redis.exists(quiet, full[0])
    assert redis.xlen(full[-1]) == 14
    assert redis.zcard(KEYS.room_times) == redis.hlen(KEYS.room_bytes) - 1 == rooms
