"""Step 13, the chat over Redis pub/sub: several processes, and one conversation that Redis forgets at once.

New since step 11: what is said on one process is heard on all of them.
Run it: uvicorn server_snippets.step_13_pubsub_chat:app, with the address of a Redis in REDIS_URL
"""

# %% imports
import os

# %% course_imports
from server_snippets.step_13_pubsub_broker import PubSubBroker
from server_snippets.step_13_scaling_out import make_app


# %% app
app = make_app(PubSubBroker(os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")))
