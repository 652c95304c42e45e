"""Panels, predictions and bars, looked at by axe-core in a real JupyterLab."""

from tests.accessibility import notebook_violations
from tests.jupyterlab import JupyterLab


WIDGETS = """
from ipywidgets import HBox, VBox
from server_snippets.step_09_task_updates import app
from websocket_lab import BackgroundServer, ClientPanel, LiveClient, PageView, Prediction, TaskBars

server = BackgroundServer(app).start()
tasks = LiveClient(server.url("/ws/tasks")).connect()
for steps in (1, 1000):
    tasks.send_json({"action": "start", "name": "report", "steps": steps})
tasks.wait_for(lambda text: '"finished"' in text)
url = "ws://127.0.0.1:1/chat"
question = Prediction("How many messages leave the server?", ["1", "2", "3"])
answered = Prediction("Which close code does Ben see?", ["1000", "1001"])
answered.choose("1000")
answered.reveal("1001")
panels = HBox([ClientPanel(url), ClientPanel(url, "Ben")])
VBox([question, answered, panels, ClientPanel(url, "Eve"), TaskBars(tasks), PageView(server)])
"""


def test_nothing_is_found_in_any_theme(lab: JupyterLab) -> None:
    page = lab.open_cells(WIDGETS)
    page.run_all()
    page.panel("Ana").type_and_send("not connected")
    page.panel("Ana").wait_for_alert("press Connect first")
    page.page.locator(".wsl-page-box").wait_for()

    assert notebook_violations(page) == []
    page.close()
