"""Lesson 12, your turn: test that an empty room is forgotten."""

from websocket_lab.client.until import until


# %% your turn
async def test_an_empty_room_is_forgotten(chat, come):
    ana = come("lobby", "ana")
    ana.disconnect()
    ### BEGIN SOLUTION
    await until(lambda: not chat.manager.users)
    assert not chat.manager.rooms
    ### END SOLUTION
