"""The hints of “Rate limit”."""

HINTS = {
    "": (
        "A bucket needs to know three things: how many tokens it holds, when it last looked, and its limits.",
        "No task has to fill the bucket: at each message, work out what has come back since the last look.",
        "What belongs to one connection is a local variable of its handler.",
    ),
    "a_burst_is_delivered": (
        "How many tokens does a new bucket hold?",
        "`self.tokens` begins with burst, and `take()` returns True while there is one: `self.tokens >= 1`.",
        "In visit, for each text: `if bucket.take()`, then `await self.said(username, text)`.",
    ),
    "the_next_is_refused": (
        "What does `take()` do to `self.tokens`, and when does it return False?",
        "Where is the bucket made? One for each message is always full: make it before the loop.",
        "`if self.tokens < 1: return False`. In visit: `else: await reply(REFUSED, websocket)`.",
    ),
    "the_others_talk_on": (
        "How many buckets does your server have while three people are connected?",
        "Make the bucket in visit, which runs once for each connection.",
    ),
    "tokens_come_back": (
        "Where do new tokens come from? Compare the time now with the time of the last look.",
        "Tokens come in fractions: after 25 ms at ten a second, a quarter. Rounding loses it, each time.",
        "`self.tokens += (now - self.looked_at) * self.rate`, then `self.looked_at = now`",
    ),
    "not_faster_than_the_rate": (
        "After the tokens were added: which time must be noted?",
        "Set `self.looked_at` at each look, whether it ends with a token or without.",
    ),
    "steady_talk_is_never_refused": (
        "Whose messages take tokens from Ben's bucket, and how many come back between two of his?",
        "Each connection has its own bucket, with its own tokens and its own last look.",
    ),
    "silence_fills_the_bucket": (
        "What does the bucket hold after a minute of silence, and after an hour?",
        "`self.tokens = min(self.burst, self.tokens + seconds * self.rate)`",
    ),
    "what_was_refused_never_comes": (
        "What happens with the text of a refused message?",
        "Answer with the error, and read on: there is nothing to keep.",
    ),
}
