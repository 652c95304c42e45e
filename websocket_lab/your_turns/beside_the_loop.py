"""The check of lesson 9's your-turn: an endpoint that goes on receiving while it works."""

import time

from websocket_lab.grading.exercise import Exercise, step
from websocket_lab.grading.harness import word
from websocket_lab.grading.mismatch import TooSlow
from websocket_lab.grading.text_harness import TextHarness


# Seconds that a step of a job takes.
ONE_STEP = 0.2


def steps_of(name: str) -> list[str]:
    """Return what a client receives of one job."""
    return [f"{name}: step {step} of 3" for step in range(1, 4)]


@step()
def a_job_takes_its_steps(server: TextHarness) -> None:
    """Ana asks for a report, and receives its three steps."""
    ana, report = server.enter("Ana"), word()
    ana.sends(report)
    for text in steps_of(report):
        ana.hears_text(text, NO_STEPS)


NO_STEPS = {
    "nothing": "The work has not begun. `asyncio.create_task(take_steps(name, websocket))` begins it.",
    "closed": "The endpoint returned, or ended with an exception. It must go on receiving.",
    "other": "Pass on the name that came: `take_steps(name, websocket)`.",
    "twice": "A step comes twice. Begin the work once for each text.",
}


@step(
    "For what does your loop wait before it receives the next text?",
    "`asyncio.create_task(…)` without `await` in front of it.",
)
def the_loop_goes_on_meanwhile(server: TextHarness) -> None:
    """Ana asks for a report and a letter: the letter begins before the report is done."""
    ana, report, letter = server.enter("Ana"), word(), word()
    begin = time.monotonic()
    for name in (report, letter):
        ana.sends(name)
    lag = time.monotonic() - begin
    wanted = f"Ana receives all steps of {report} and {letter}."
    came = [str(ana.next_event(wanted, NO_STEPS)["text"]) for _ in range(6)]
    missing = [text for text in (*steps_of(report), *steps_of(letter)) if text not in came]
    ana.must(not missing, "receives all steps of both", f"missed {missing[:1]}", NO_STEPS["twice"])
    first, last = came.index(steps_of(letter)[0]), came.index(steps_of(report)[-1])
    if first > last and lag > ONE_STEP:
        raise TooSlow
    what = "received all of the report before the first step of the letter"
    ana.must(first < last, "receives the letter's first step before the report's last", what, DEAF)


DEAF = (
    "The loop waits for the work, so the next text has to wait, too. Begin the work with "
    "`asyncio.create_task(…)`, and do not await the task."
)


EXERCISE = Exercise(
    title="Listen while you work",
    harness=TextHarness,
    steps=(a_job_takes_its_steps, the_loop_goes_on_meanwhile),
    hints=(
        "What starts a coroutine and returns at once?",
        "`job = asyncio.create_task(take_steps(name, websocket))`",
        "Keep the job: `jobs.add(job)`, and `job.add_done_callback(jobs.discard)` when it is done.",
    ),
    seconds=20.0,
)
