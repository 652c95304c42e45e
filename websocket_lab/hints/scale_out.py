"""The hints of “Scale out”: for each step of the check, from gentle to plain."""

HINTS = {
    "": (
        "There are two ways: from a client to the broker, and from the broker to the clients.",
        "tell only publishes, deliver only sends, settle only subscribes and unsubscribes.",
    ),
    "a_process_delivers_once": (
        "Who delivers a message to its own speaker: tell, or the broker?",
        "The broker brings each text to all who subscribed, the publisher, too. So tell sends nothing.",
        "`await self.broker.publish(room, json.dumps(event))`",
    ),
    "two_processes_hear_each_other": (
        "What do two processes have in common? No variable, only the broker.",
        "tell publishes in the channel that is called like the room, and settle subscribes to it.",
        "`self.subscriptions[room] = await self.broker.subscribe(room, self.deliver)`",
    ),
    "only_the_broker_connects": (
        "Is there a variable outside of all classes and functions that several apps share?",
        "Keep members and subscriptions in the object that make_app makes, with the broker it was given.",
    ),
    "rooms_stay_apart": (
        "deliver hears which channel a text comes from. Who may hear it?",
        "Only the people in that room on this process: `for member in self.here(room)`.",
    ),
    "the_order_is_kept": (
        "Can a second message overtake the first on its way to the broker, or from it?",
        "await publish and await send_text, one after the other, without create_task or gather.",
    ),
    "who_comes_later_hears_what_comes_then": (
        "Does your process keep texts, and send them again?",
        "deliver sends what the broker brings now. Nothing else is ever sent.",
    ),
    "one_subscription_for_a_room": (
        "Three people join at once, and subscribe takes a while. What do the second and the third find?",
        "Look, subscribe and remember inside `async with self.door`, and only if there is none yet.",
        "`if self.here(room) and room not in self.subscriptions: …`",
    ),
    "an_empty_room_is_given_up": (
        "What must happen when the last one here has left?",
        "The other case: nobody is here, and there is a subscription. Take it out, and unsubscribe.",
        "`await self.broker.unsubscribe(self.subscriptions.pop(room))`",
    ),
    "who_vanishes_stops_nobody": (
        "What does send_text do when the client is gone, and who catches it?",
        "The set of members changes while you wait: `self.here(room)` is a copy of it.",
        "`with suppress(WebSocketDisconnect, RuntimeError): await member.send_text(text)`",
    ),
}
