"""Servers with different prefixes share one Redis, and know nothing of each other."""

from contextlib import ExitStack
from secrets import token_hex

from redis import Redis

from server_snippets.main import Settings, make_app
from tests.redis_server import RedisServer
from websocket_lab import BackgroundServer, LiveClient


def test_two_servers_in_one_redis_are_two_chats(redis_server: RedisServer) -> None:
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                BackgroundServer(make_app(Settings(redis_url=redis_server.url, redis_prefix=f"shop:{name}")))
            )
            for name in (token_hex(4), token_hex(4))
        ]
        # One name, twice: on one server it could be held once.
        anas = [
            stack.enter_context(LiveClient(server.url("/ws/chat/lobby/ana"), deadline=60))
            for server in servers
        ]
        for ana in anas:
            ana.wait_for(lambda text: '"users":["ana"]' in text)
        for ana, text in zip(anas, ("here", "there"), strict=True):
            ana.send_json({"action": "message", "text": text})
            assert f'"text":"{text}"' in str(ana.receive())


def test_each_key_begins_with_the_prefix_in_braces(redis_server: RedisServer) -> None:
    prefix = token_hex(4)
    with Redis.from_url(redis_server.url, decode_responses=True) as redis:
        before = set(redis.keys())
        settings = Settings(redis_url=redis_server.url, redis_prefix=prefix)
        with BackgroundServer(make_app(settings)) as server:
            with LiveClient(server.url("/ws/chat/lobby/ana"), deadline=60) as ana:
                ana.send_json({"action": "message", "text": "hi"})
                ana.wait_for(lambda text: '"text":"hi"' in text)
            added = set(redis.keys()) - before

    assert f"{{{prefix}}}:room:chat:lobby" in added
    assert all(key.startswith(f"{{{prefix}}}:") for key in added)
