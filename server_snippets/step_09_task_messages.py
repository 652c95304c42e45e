"""Step 9, the task messages: what one may ask for, and how it is refused.

New since step 8: what comes from outside has limits.
Used by: server_snippets.step_09_task_updates
"""

# %% imports
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter


# %% start_and_cancel
class Start(BaseModel):
    """Begin a task."""

    action: Literal["start"]
    name: str = Field(min_length=1, max_length=100)
    steps: int = Field(ge=1, le=1_000, strict=True)


class Cancel(BaseModel):
    """End a task before it is done."""

    action: Literal["cancel"]
    task_id: str


# %% actions
class ListTasks(BaseModel):
    """Ask how far all tasks are."""

    action: Literal["list"]


Action = Start | Cancel | ListTasks
ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


# %% refusals
TOO_MANY = {
    "type": "error",
    "code": "too_many_tasks",
    "detail": "Enough tasks are running. Cancel one, or wait.",
}
UNKNOWN = {"type": "error", "code": "unknown_task", "detail": "No such task is running."}
