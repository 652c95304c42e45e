"""What usually leads to what a chat in several processes does wrong."""

WELCOME = {
    "nothing": "A newcomer is announced to the whole room, including the newcomer, on all processes: the "
    "process subscribes, and only then publishes. What the broker brings goes to all in the room on this "
    "process.",
    "twice": "It comes twice. The broker brings it back to the process that published it, so send it there "
    "only when it comes; and a process needs one subscription, not one for each connection.",
    "left": "Nobody has left. Announce `left` once, when the connection is over.",
    "closed": "A handler that raises an exception closes its connection. Does yours?",
    "refused": "The chat's address is /ws/chat/{room}/{username}.",
}
ONCE = WELCOME | {
    "nothing": "Publish each message in the room's channel, and pass what comes from there on to everyone "
    "in the room on this process, the speaker too.",
    "message": "Look at the fields: from is the speaker, text what was said.",
    "joined": f"A newcomer is announced once. {WELCOME['twice']}",
}
NO_VARIABLES = (
    "Real processes share no variables. Keep everything in an object that make_app makes, and use the "
    "broker that make_app was given."
)
SHARED = ONCE | {"message": NO_VARIABLES, "joined": NO_VARIABLES}
NOT_HERE = ONCE | {
    "message": "That was said in another room. Deliver a text only to those who are in its room.",
    "joined": "That was told in another room. Each room has its own channel, or each text names its room.",
}
SHUFFLED = (
    "Await each publish before the next message is read, and deliver one text after the other: a task for "
    "each of them goes its own way."
)
NO_ORDER = ONCE | {"twice": "A message came twice.", "joined": SHUFFLED}
OLD = ONCE | {"message": "That was said before. This chat has no history: pass on what comes, keep nothing."}
EACH_ITS_OWN = (
    "One subscription for a process and a room is enough, however many connections there are. Look whether "
    "there is one and subscribe under the same lock, for others come while you wait for the broker."
)
AT_ONCE = WELCOME | {
    "nothing": f"Somebody who came at the same moment is lost. {EACH_ITS_OWN}",
    "twice": f"It comes twice. {EACH_ITS_OWN}",
}
TOO_EARLY = ONCE | {"nothing": "Others are still here. Unsubscribe only when the last one has gone."}
BACK = WELCOME | {"nothing": "The room was empty, and people come back: the process subscribes once more."}
KEPT = (
    "When nobody in the room is left on this process, unsubscribe, in `finally`, so that it also happens "
    "when someone vanishes. Otherwise the broker sends every process everything, forever."
)
GOODBYE = {
    "nothing": "Everyone in the room, on all processes, is told when someone leaves or vanishes. Those who "
    "stay still receive the room's messages: unsubscribe only when the last one here has gone.",
    "twice": "Tell it once, when the connection is over.",
    "closed": "An exception has ended the endpoint of somebody who stays.",
}
BROKEN = GOODBYE | {
    "nothing": "A send to someone who is gone raises WebSocketDisconnect or RuntimeError. If that leaves "
    "deliver, the subscription is dead. Guard each send, and loop over a copy.",
    "message": "The order has changed, or something was left out.",
    "left": "Tell it once, when the connection is over.",
}
