"""The hints of “Reconnecting client”: for each step of the check, from gentle to plain."""

HINTS = {
    "": (
        "The loop is there: connect, read until the end, rest, and again. What must be remembered meanwhile?",
        "Three things: last_id, failures and stopped. is_new changes two of them, rest one, stop the third.",
    ),
    "hands_on_each_message": (
        "For which messages does is_new return True?",
        "For each whose id is greater than `self.last_id`; without a return it says None, which means no.",
    ),
    "comes_back_however_it_ended": (
        "Which line runs after a connection has ended, with an exception and without one?",
        "The one after except LOST: pass. A close code of 1000 ends `async for` without an exception.",
    ),
    "asks_for_what_it_missed": (
        "What does the server need to know so that it can send what you missed?",
        '`self.last_id = message["id"]`, each time that you hand a message on.',
    ),
    "hands_on_nothing_twice": (
        "How can you know that a message was handed on before?",
        'Ids grow: it is new if `message["id"] > self.last_id`.',
    ),
    "comes_back_when_nobody_was_there": (
        "Where does the exception arise when nobody answers?",
        "In connect. So the try must stand around connect, too.",
        "LOST has all of them: OSError, ConnectionClosed, InvalidHandshake and TimeoutError.",
    ),
    "waits_before_each_attempt": (
        "Which way leads from the end of one connection to the next attempt?",
        "Through rest: `await self.sleep(…)` there, and not asyncio.sleep, which the check cannot see.",
    ),
    "waits_grow": (
        "How many failures in a row were there before this wait?",
        "The ceiling is `min(self.longest, self.first * 2**self.failures)`; then count one failure more.",
        "`ceiling * random.uniform(0.5, 1)`",
    ),
    "waits_differ": (
        "What happens when ten thousand clients lose their server in the same moment?",
        "Multiply each wait by `random.uniform(0.5, 1)`, drawn again each time.",
    ),
    "a_message_lets_the_waits_begin_anew": (
        "When do you know that the server is well again?",
        "When a message has arrived, not when the connection is open: set `self.failures = 0` there.",
    ),
    "stops_while_it_listens": (
        "Who waits for the next message when `stop()` is called, and what would end that wait?",
        "Set `self.stopped`, then close the connection. And rest must not wait any more: look there first.",
        "`if self.websocket: await self.websocket.close()`",
    ),
    "stops_while_it_waits": (
        "What does the loop look at after a wait, before it connects again?",
        "At `self.stopped`. `stop()` must set it, also when there is no connection to close.",
    ),
}
