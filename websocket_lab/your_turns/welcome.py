"""The check of lesson 8's your-turn: a newcomer is welcomed by name, and nobody else is."""

from websocket_lab.grading.chat_harness import ChatHarness
from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.simulated_client import Causes, SimulatedClient


class FriendlyChat(ChatHarness):
    """A chat that welcomes newcomers, under check."""

    vocabulary = ChatHarness.vocabulary | {"welcome"}


def is_welcomed(newcomer: SimulatedClient, likely: Causes) -> None:
    """Have a newcomer, who has read `joined`, be welcomed next."""
    newcomer.hears({"type": "welcome", "username": newcomer.username}, likely)


@step()
def a_newcomer_is_welcomed(chat: FriendlyChat) -> None:
    """Ana joins, and is welcomed by her name, once; then she talks, as before."""
    (ana,) = chat.join("Ana")
    is_welcomed(ana, NO_WELCOME)
    chat.nobody_hears_more(ana, likely=NOTHING_ELSE)


NO_WELCOME = {
    "nothing": "Nothing comes after `joined`. Send the welcome in `joined`, below `super().joined(member)`.",
    "welcome": "The name in it is `member.username`, the newcomer's.",
    "closed": "An exception ended the endpoint. `self.tell` takes a dict and the member.",
    "joined": "Ana has read that she joined. Now send her a message of the type `welcome`.",
}
NOTHING_ELSE = {
    "welcome": "Ana is welcomed twice. Once is enough.",
    "closed": NO_WELCOME["closed"],
    "nothing": "After the welcome comes the talk, as before: `joined` must return.",
}


@step(
    "Who receives what you send with `tell_room`, and who with `tell`?",
    "`member` is the newcomer: `self.tell(…, member)` reaches nobody else.",
)
def nobody_else_is_welcomed(chat: FriendlyChat) -> None:
    """Ben joins: Ben is welcomed, and Ana reads only that he joined."""
    (ana,) = chat.join("Ana")
    is_welcomed(ana, NO_WELCOME)
    ben = chat.guest("Ben", room_of(ana))
    ben.connects()
    chat.welcome([ana, ben], ben)
    is_welcomed(ben, NO_WELCOME)
    chat.nobody_hears_more(ben, ana, likely=TO_ALL)


def room_of(person: SimulatedClient) -> str:
    """Return the name of the room in which someone is."""
    return person.client.url.rsplit("/", 2)[-2]


TO_ALL = NOTHING_ELSE | {"welcome": "Others receive Ben's welcome, too. It goes to `member` alone."}


EXERCISE = Exercise(
    title="Welcome a newcomer by name",
    harness=FriendlyChat,
    steps=(a_newcomer_is_welcomed, nobody_else_is_welcomed),
    hints=(
        "One member, not the room: which of the chat's methods sends an event to one member?",
        '`self.tell(event, member)`; the event is `{"type": "welcome", "username": member.username}`.',
        '`await self.tell({"type": "welcome", "username": member.username}, member)`',
    ),
    seconds=15.0,
)
