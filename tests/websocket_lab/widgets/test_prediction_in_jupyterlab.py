"""A prediction in a real JupyterLab, made by keyboard and answered by a cell."""

from playwright.sync_api import expect

from tests.jupyterlab import JupyterLab


ASK = """
from websocket_lab.widgets.prediction import Prediction

prediction = Prediction("You will send “Hello”. What comes back?", ["Hello", "Echo: Hello", "nothing"])
prediction
"""
REVEAL = 'prediction.reveal("Echo: Hello", "it is written so")'


def test_a_prediction_is_made_by_keyboard_and_answered_by_the_run(lab: JupyterLab) -> None:
    page = lab.open_cells(ASK, REVEAL)
    page.run_cell(0)
    page.page.get_by_label("Echo: Hello").focus()
    page.page.keyboard.press("ArrowDown")
    focused = page.page.locator(":focus")
    assert focused.evaluate("(radio) => getComputedStyle(radio).outlineStyle") == "solid"
    card = page.page.locator(".wsl-prediction")
    assert "stay silent" not in card.inner_text()
    height = card.evaluate("(card) => card.clientHeight")
    page.run_cell(1)

    outcome = (
        "✗ You predicted “nothing”. It was “Echo: Hello”, because it is written so.\n"
        "A server may stay silent; this one answers every text that it receives."
    )
    expect(page.page.get_by_role("status").filter(has_text="You predicted")).to_have_text(
        outcome, use_inner_text=True
    )
    assert card.evaluate("(card) => card.clientHeight") == height
    assert outcome in page.output(1)
    expect(page.page.get_by_role("radio", name="Echo: Hello")).to_be_disabled()


def test_a_choice_is_noted_and_nothing_moves(lab: JupyterLab) -> None:
    page = lab.open_cells(ASK)
    page.run_cell(0)
    card = page.page.locator(".wsl-prediction")
    said = card.get_by_role("status")
    expect(said).to_have_text("Choose one; the answer comes below.")
    height = card.evaluate("(card) => card.clientHeight")
    page.page.get_by_role("radio", name="nothing").check()

    expect(said).to_have_text("Noted: the answer comes below.")
    assert card.evaluate("(card) => card.clientHeight") == height


def test_running_its_cell_again_starts_afresh(lab: JupyterLab) -> None:
    page = lab.open_cells(ASK, REVEAL)
    page.run_all()
    page.run_cell(0)

    expect(page.page.get_by_role("radio", name="Echo: Hello")).to_be_enabled()


def test_after_choosing_shift_and_enter_lead_to_the_next_cell(lab: JupyterLab) -> None:
    page = lab.open_cells(ASK, REVEAL)
    page.run_cell(0)
    page.page.get_by_role("radio", name="nothing").check()
    page.page.keyboard.press("Shift+Enter")
    page.page.wait_for_function("() => jupyterapp.shell.currentWidget.content.activeCellIndex === 1")
    page.page.keyboard.press("Shift+Enter")

    page.page.get_by_role("status").filter(has_text="You predicted “nothing”").wait_for()


def test_without_its_kernel_it_takes_no_choice_and_says_why(lab: JupyterLab) -> None:
    page = lab.open_cells(ASK)
    page.run_cell(0)
    card = page.page.locator(".wsl-prediction")
    card.get_by_role("radio", name="Echo: Hello").check()
    page.restart()

    expect(card.get_by_role("radio", name="nothing")).to_be_disabled()
    expect(card.get_by_role("status")).to_have_text("")
    words = page.page.locator(".wsl-host").evaluate("host => getComputedStyle(host, '::after').content")
    assert "Its kernel is gone. Run the cells above again." in words
