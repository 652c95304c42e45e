"""The solution of a small exercise: a server that shouts."""

import nbformat


IMPORTS = "from fastapi import FastAPI, WebSocket"
SHOUT = '''\
def shout(text: str) -> str:
    """Return the text in capitals."""
    ### BEGIN SOLUTION
    return text.upper()
    ### END SOLUTION'''
APP = '''\
def make_app() -> FastAPI:
    """Return a server that shouts."""
    app = FastAPI()

    @app.websocket("/ws")
    async def answer(websocket: WebSocket) -> None:
        await websocket.accept()
        async for text in websocket.iter_text():
            ### BEGIN SOLUTION
            await websocket.send_text(shout(text))
            ### END SOLUTION

    return app'''


def tagged(source: str, *tags: str) -> nbformat.NotebookNode:
    """Return a code cell with tags."""
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})


def shouting_solution() -> nbformat.NotebookNode:
    """Return the solution of a small exercise."""
    cells = [
        nbformat.v4.new_markdown_cell("# Exercise 1 · Shouting"),
        tagged(IMPORTS, "server"),
        tagged(SHOUT, "server"),
        tagged(APP, "server"),
        tagged("other = make_app", "solution-only"),
    ]
    return nbformat.v4.new_notebook(cells=cells)
