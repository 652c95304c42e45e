"""The check of lesson 7's your-turn: a class that says which messages are valid."""

from websocket_lab.grading.event import Event
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import Harness
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


class Dice(Harness):
    """A server that rolls dice, under check."""

    vocabulary = frozenset({"rolled", "error"})

    def ana(self) -> SimulatedClient:
        """Return Ana, who is connected."""
        ana = self.person("/ws/json", "Ana")
        ana.connects({"refused": "The address is /ws/json."})
        return ana


def rolls(ana: SimulatedClient, sides: int, likely: Causes) -> None:
    """Have Ana roll a die, which the server must do."""
    ana.sends({"action": "roll", "sides": sides}, likely)
    ana.hears({"type": "rolled", "sides": sides}, likely)


def is_turned_down(ana: SimulatedClient, message: Event, likely: Causes) -> None:
    """Have Ana send what is not valid: she reads so, and her connection stays open."""
    ana.sends(message, likely)
    ana.hears({"type": "error"}, likely)
    rolls(ana, 6, likely)


@step()
def a_die_is_rolled(dice: Dice) -> None:
    """A die with 6 sides is rolled, and so is one with 2, and one with 100."""
    ana = dice.ana()
    for sides in (6, 2, 100):
        rolls(ana, sides, NO_DIE)


NO_DIE = {
    "error": "Your class turns a valid message down; the error's detail says why. `sides` is an `int`. `ge` "
    "and `le` include their limit, `gt` and `lt` do not.",
    "closed": "The message fits your class; then an exception ended the endpoint. Is there a field `sides`?",
}


@step()
def too_few_or_too_many_sides_are_an_error(dice: Dice) -> None:
    """With fewer than 2 sides, or more than 100, Ana reads an error, and stays connected."""
    ana = dice.ana()
    for sides in (1, 0, -6, 101):
        is_turned_down(ana, {"action": "roll", "sides": sides}, NO_LIMIT)


def lets_through(cause: str) -> dict[str, str]:
    """Return the cause of a roll that should be an error; by chance it is the same as the last one."""
    return {"rolled": cause, "twice": cause}


NO_LIMIT = lets_through(
    "Your class lets this number through. Give the field its limits: `Field(ge=2, le=100)`."
) | {
    "closed": "Your class lets this number through, and such a die cannot be rolled: an exception ended the "
    "endpoint. Give the field its limits: `Field(ge=2, le=100)`.",
}


@step(
    "`sides: int = Field(ge=2, le=100)`: a type, limits, no default.",
)
def what_is_no_number_is_an_error(dice: Dice) -> None:
    """Sides that are no number, or not there at all, are an error, too."""
    ana = dice.ana()
    is_turned_down(ana, {"action": "roll", "sides": "many"}, NO_NUMBER)
    is_turned_down(ana, {"action": "roll"}, NO_NUMBER)


NO_NUMBER = lets_through(
    "Your class fills in a number of its own. A field without a default must be in the message."
) | {
    "closed": "Your class lets this through, and an exception ended the endpoint. Sides are an `int`.",
}


@step(
    "What does the class `Echo`, above, say about its action?",
    '`action: Literal["roll"]`',
)
def another_action_is_an_error(dice: Dice) -> None:
    """A message with another action, or with none, is no roll."""
    ana = dice.ana()
    is_turned_down(ana, {"action": "dance", "sides": 6}, ANY_ACTION)
    is_turned_down(ana, {"sides": 6}, ANY_ACTION)


ANY_ACTION = lets_through(
    'Any action passes, or none. The field `action` must be this one text: `Literal["roll"]`.'
)


EXERCISE = Exercise(
    title="Roll a die",
    harness=Dice,
    steps=(
        a_die_is_rolled,
        too_few_or_too_many_sides_are_an_error,
        what_is_no_number_is_an_error,
        another_action_is_an_error,
    ),
    hints=(
        "Two fields, one a line: `action`, as in the classes above, and `sides`.",
        "`Field(ge=…, le=…)` gives a number its limits: at least, and at most.",
        '`action: Literal["roll"]` and `sides: int = Field(ge=2, le=100)`',
    ),
    seconds=20.0,
)
