"""The hints of “Slow client”: for each step of the check, from gentle to plain."""

HINTS = {
    "": (
        "A queue has two sides: whoever speaks puts in and goes on; the writer takes out and sends.",
        "put must never wait, write may wait forever, and somebody must end the writer.",
    ),
    "nothing_goes_on_for_who_has_left": (
        "Who ends the writer when its client has left?",
        "Three lines in `finally`: out of the hall, cancel the writer, tell all the others.",
        "`self.outboxes.discard(outbox)`; `outbox.writer.cancel()`; `self.tell_all(…)`",
    ),
    "everyone_hears_all_in_order": (
        "What does the writer do after it has sent a message?",
        "It waits for the next: `while True`, around `waiting.get()` and `websocket.send_json(…)`.",
    ),
    "the_others_notice_nothing": (
        "Which line waits when Eve does not read, and who runs that line?",
        "Only write may await a send. put is a plain function: `self.waiting.put_nowait(event)`.",
    ),
    "who_does_not_read_may_speak": (
        "What is Eve's handler doing while she does not read?",
        "It must only receive. Her writer is a task of its own, and it alone is stuck.",
    ),
    "a_pause_is_forgiven": (
        "Where is a message between put and send?",
        "In the queue, which keeps the order. Leave nothing out, and drop nobody while there is room.",
    ),
    "who_never_reads_is_dropped": (
        "What happens when there is no room left in the queue?",
        "put_nowait raises asyncio.QueueFull. Catch it in put.",
        "`except asyncio.QueueFull: self.drop()`",
    ),
    "the_others_go_on": (
        "Where in your server is the goodbye said, and can it be said twice?",
        "Say it in `finally` and nowhere else; drop() only ends the visit.",
    ),
    "the_dropped_connection_is_closed": (
        "What ends when a client is dropped, and what goes on?",
        "`drop()` ends the visit; what comes after the visit closes the connection. Call it, and do no more.",
    ),
}
