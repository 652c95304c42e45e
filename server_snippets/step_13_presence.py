"""Step 13, presence: who is connected to any process, in Redis, under keys that expire.

New since step 8: a process that dies takes its users with it, although it can tell nobody.
Used by: server_snippets.step_13_redis_connection
"""

# %% imports
import json

from redis.asyncio import Redis


# %% present
MILLISECONDS_TO_LIVE = 2_000


async def present(redis: Redis, process: str, names: list[str]) -> list[str]:
    """Take note, for two seconds, of who is connected to a process; return who is connected to any."""
    await redis.set(f"here:{process}", json.dumps(names), px=MILLISECONDS_TO_LIVE)
    keys = [key async for key in redis.scan_iter("here:*")]
    lists = [json.loads(text) for text in await redis.mget(keys) if text]
    return sorted({name for names in lists for name in names})
