"""Solutions stay closed until the learner has had a fair go at the exercise."""

from websocket_lab.display.card import Card, note
from websocket_lab.grading.progress_file import has_passed, honest_tries


TRIES = 3
SO_FAR = {0: "so far there is none", 1: "so far there is one", 2: "so far there are two"}


def lock(function: str, exercise: str) -> Card | None:
    """Return what to say while the solution is closed, or None once it is open."""
    tries = honest_tries(exercise)
    if tries >= TRIES or has_passed(exercise):
        return None

    return note(
        "Not open yet",
        f"This opens when your check passes, or after three tries with different code; {SO_FAR[tries]}.",
        f'A hint may be all that you need: `hint("{exercise}")`. '
        f'To open it now: `{function}("{exercise}", force=True)`.',
    )
