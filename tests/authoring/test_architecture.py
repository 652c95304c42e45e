"""`python -m authoring architecture`: what it counts is what the code does."""

from pathlib import Path

from authoring.architecture import functions_of_a_message, importers_of_modules, lines_of_source


def test_the_functions_of_a_message_lead_from_the_endpoint_to_the_socket() -> None:
    functions, waiting = functions_of_a_message("")
    names = [name for _, name in functions]

    assert names.index("ChatRooms.say") < names.index("ConnectionManager.broadcast_to_room")
    assert names.index("ConnectionManager.broadcast_to_room") < names.index("EncodedMessage.frame")
    # It waits for the whole connection, and nothing of it is called for a message.
    assert "GuardedConnection.run" not in names
    assert waiting > 0


def test_relative_and_absolute_imports_count_alike(tmp_path: Path) -> None:
    for folder in ("websocket_lab", "websocket_lab/wire"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    wire = tmp_path / "websocket_lab" / "wire"
    (wire / "frame.py").write_text("SIZE = 2\n")
    (wire / "reader.py").write_text("from .frame import SIZE\n")
    (wire / "writer.py").write_text("from websocket_lab.wire import frame\n")

    importers = importers_of_modules(tmp_path)

    assert importers["websocket_lab.wire.frame"] == {"websocket_lab.wire.reader", "websocket_lab.wire.writer"}
    assert importers["websocket_lab.wire.reader"] == set()
    assert lines_of_source(tmp_path) == 3
