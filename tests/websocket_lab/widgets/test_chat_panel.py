"""What is typed into a chat's panel reaches the room."""

from server_snippets.step_08_chat_rooms import app
from websocket_lab import BackgroundServer
from websocket_lab.widgets.client_panel import chat_panel


def test_what_ana_types_is_heard_by_ben() -> None:
    with BackgroundServer(app) as server:
        ana, ben = [chat_panel(server.url(f"/ws/chat/lobby/{name}"), name) for name in ("ana", "ben")]
        ana.say('Lunch "at noon"?')

        assert ben.wait_for(lambda event: r"Lunch \"at noon\"?" in str(event))
