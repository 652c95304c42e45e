"""Step 3, disconnections: every conversation ends with a close code that tells why.

New since step 2: the server notes how each client left, and always says goodbye itself.
Run it: uvicorn server_snippets.step_03_disconnections:app
"""

# %% imports
from fastapi import FastAPI, WebSocket, WebSocketDisconnect, WebSocketException


# %% answer
async def answer(websocket: WebSocket) -> None:
    """Echo each text until the client says `bye`; refuse what is not text."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message["code"], message.get("reason"))
        if message.get("text") is None:
            raise WebSocketException(1003, "Text only, please")
        if message["text"] == "bye":
            return

        await websocket.send_text(f"Echo: {message['text']}")


# %% app
app = FastAPI()
departures: list[WebSocketDisconnect] = []


@app.websocket("/ws")
async def converse(websocket: WebSocket) -> None:
    """Answer one client, and end the connection with a code, whatever happens."""
    await websocket.accept()
    try:
        await answer(websocket)
    except WebSocketDisconnect as goodbye:
        # The client has left: there is nobody to close with.
        departures.append(goodbye)
    except WebSocketException:
        # Starlette closes with the exception's own code.
        raise
    except Exception:
        await websocket.close(1011, "Something broke here")
        raise
    else:
        await websocket.close(1000, "Goodbye")
