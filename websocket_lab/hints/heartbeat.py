"""The hints of “Heartbeat”: for each step of the check, from gentle to plain."""

HINTS = {
    "": (
        "Two things happen at once for each client: something waits for messages, something sends pings.",
        "A task of its own can ping while the handler listens; asyncio.timeout limits each wait.",
        "The contract's names: interval is the time between two pings, patience the longest silence.",
    ),
    "everyone_hears_a_message": (
        "What becomes of a text on its way through your server?",
        "The next text is what listen returns: `return await websocket.receive_text()`.",
    ),
    "a_pong_is_heard_by_nobody": (
        "What does your server do with an action that is not “message”?",
        "Nothing at all: that the pong arrived is all that it says.",
    ),
    "who_leaves_is_gone_at_once": (
        "What happens in your server at the moment when somebody leaves?",
        "receive_text raises WebSocketDisconnect at once. Let it pass, and tidy up in `finally`.",
    ),
    "nothing_goes_on_for_who_has_left": (
        "Who ends the task that pings when its client has left?",
        "Keep the task in a variable, and end it in `finally`.",
        "`pinging.cancel()`",
    ),
    "pings_come_again_and_again": (
        "What must your server do again and again, for as long as a client is there?",
        "A loop in a task of its own: wait for the interval, send a ping, and again.",
        '`while True: await asyncio.sleep(interval)`, then `await tell({"type": "ping"}, websocket)`',
    ),
    "who_answers_stays": (
        "From which moment does your server count the silence?",
        "From the last message on. A limit around each single wait starts over by itself.",
    ),
    "who_speaks_stays": (
        "Which messages show that somebody is there?",
        "All of them. Put the limit around the wait for the next text, whatever that text is.",
    ),
    "who_falls_silent_is_closed": (
        "How long may your server wait for the next message of one client?",
        "`async with asyncio.timeout(patience):` around receive_text; it raises TimeoutError.",
        '`except TimeoutError: await websocket.close(4008, "Heartbeat timeout")`',
    ),
    "each_sign_of_life_counts_anew": (
        "When does the time begin, and what lets it start over?",
        "The timeout belongs around one receive_text, not around the whole loop.",
    ),
    "the_others_hear_who_was_closed": (
        "Which lines run when a handler ends, however it ends?",
        "Those in `finally`: forget the client there, then tell the others once.",
    ),
    "a_frozen_client_is_gone_too": (
        "What can your server know of a client that never said a word?",
        "Only how long ago it came. Begin to count when it connects.",
        "Do not wait for an answer to your close frame: the frozen client never sends one.",
    ),
}
