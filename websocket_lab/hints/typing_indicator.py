"""The hints of “Typing indicator”."""

HINTS = {
    "": (
        "A dict from each member who types to the task that waits tells you who types, and what to cancel.",
        "`asyncio.create_task(self.wait(member))` lets three seconds pass while the handler reads on.",
        "A task that is cancelled does not reach the line after its await.",
    ),
    "nothing_without_typing": (
        "How does stop know that somebody was typing?",
        "Someone typing has an entry in `self.waiting`; without one, stop has nothing to do.",
        "`if task := self.waiting.pop(member, None): …` does both, asking and forgetting.",
    ),
    "the_others_hear_it_once": (
        "What tells a first sign of typing from a further one?",
        "On the first sign there is no task for the member yet: only then tell the others.",
        "`await self.show(member, active=True)`, in the branch where member is not in `self.waiting`.",
    ),
    "a_message_ends_it": (
        "said calls stop. Which three things must stop do?",
        "Forget the member's task, cancel it, tell the others: at once, so no handler may await the sleep.",
        "`self.waiting.pop(member)`, cancel that task, and then `await self.show(member, active=False)`.",
    ),
    "leaving_ends_it": (
        "left calls stop. Does it find the member's task?",
        "Use the same key everywhere, the member, and tell the others when you have found a task.",
    ),
    "rooms_are_apart": (
        "Who are “the others”?",
        "`self.tell_others(event, member)` reaches the others in the member's own room, and no one else.",
    ),
    "silence_ends_it": (
        "What must happen when the three seconds are over, and nobody has cancelled the task?",
        "wait sleeps, forgets the member, tells the others. It must not cancel itself on the way.",
        "`await asyncio.sleep(SECONDS)`, `del self.waiting[member]`, `await self.show(member, active=False)`",
    ),
    "typing_on_starts_anew": (
        "Which tasks of the member are asleep after the second sign?",
        "A further sign cancels the task that waits and starts another.",
        "`self.waiting[member].cancel()`, then a new task of `self.wait(member)`, kept in the same place.",
    ),
    "two_typists_at_once": (
        "How many tasks sleep while two people type?",
        "One variable is not enough: keep one task for each member, in `self.waiting`.",
    ),
    "nothing_comes_late": (
        "What does the sleeping task do after the message has gone out?",
        "Forgetting a task does not end it: it sleeps on, and speaks when it wakes.",
        "`task.cancel()`, in stop, before you tell the others.",
    ),
}
