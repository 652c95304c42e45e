"""Lesson 1: one clock polled and pushed, the handshake byte for byte, and what each way costs."""

import re
from base64 import b64encode
from hashlib import sha1

import pytest

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "01_polling_and_push.ipynb"


def numbers(text: str) -> list[int]:
    return [int(number.replace(",", "")) for number in re.findall(r"[\d,]+(?= bytes| ms)", text)]


def test_the_question_is_answered_in_text(run: LessonRun) -> None:
    request, host, *_ = run.output("question = f").splitlines()

    assert request == "GET /clock HTTP/1.1"
    assert host.startswith("Host: 127.0.0.1:")
    assert re.search(
        r"200 OK(.|\s)+{\"tick\":\d+,\"at\":", run.output("exchange(reader, writer, question)\nprint")
    )


def ticks_of(run: LessonRun, name: str) -> list[int]:
    (line,) = re.findall(rf"{name} polls every \S+ s:(.*)", run.output("for name, every in"))
    return [int(tick) for tick in line.split()]


def test_polling_often_brings_every_tick_several_times(run: LessonRun) -> None:
    ticks = ticks_of(run, "Ana")

    assert ticks == sorted(ticks)
    assert len(set(ticks)) < len(ticks)


def test_polling_rarely_misses_ticks(run: LessonRun) -> None:
    ticks = ticks_of(run, "Ben")

    assert ticks[-1] - ticks[0] > len(ticks) - 1


def test_the_empty_gap_holds_nothing_up(run: LessonRun) -> None:
    assert "○ Not started: Send the current tick at once" in run.output('check("first_tick"')


def test_the_accept_header_is_what_the_recipe_says(run: LessonRun) -> None:
    key = re.search("Sec-WebSocket-Key: (.+)", run.output("token_bytes(16)"))[1].strip()
    accept = b64encode(sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()).decode()

    assert run.output("fixed_text =") == f"{accept} is what the server sent"


def test_the_tap_recomputes_what_the_learner_did(run: LessonRun) -> None:
    shown = run.output("show_handshake(tap").splitlines()

    assert "GET /clock HTTP/1.1" in shown
    assert any("101 Switching Protocols" in line for line in shown)
    assert shown[-2].endswith(run.output("fixed_text =").split()[0])
    assert shown[-1] == "Result: ✓ equal"


def test_the_recipe_is_that_of_the_standard(run: LessonRun) -> None:
    # RFC 6455, 1.3 gives this pair as its example.
    cell = next(cell for cell in run.code if "fixed_text =" in cell.source)
    lines = cell.source[: cell.source.index("print(")]
    names = {"b64encode": b64encode, "key": "dGhlIHNhbXBsZSBub25jZQ=="}
    exec(lines, names)

    assert names["accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_the_first_frame_is_a_text_of_the_length_it_says(run: LessonRun) -> None:
    length, message = re.fullmatch(r"(\d+) bytes: (.+)", run.output("first, second =")).groups()
    bits = re.fullmatch("10000001 (0[01]{7})", run.output("{first:08b}"))[1]

    assert int(bits, 2) == int(length) == len(message)


def test_the_plots_say_their_numbers_in_words(run: LessonRun) -> None:
    assert len(numbers(run.output("plot_delays(race)"))) == 4
    rarely, sometimes, often, pushed = numbers(run.output("plot_bytes(race)"))

    assert pushed < rarely < sometimes < often
    assert f"because polling took {often:,} bytes and push {pushed:,}." in run.output("bytes_guess.reveal")


@pytest.mark.parametrize(
    "answer",
    [
        "old version: 400 Bad Request\n    Failed to open a WebSocket connection: invalid Sec-WebSocket-",
        "short key: 400 Bad Request\n    Failed to open a WebSocket connection: invalid Sec-WebSocket-Key",
        'no Upgrade: 200 OK\n    {"tick":',
        "wrong path: 403 Forbidden\n    (no words)",
        'the same over HTTP: 404 Not Found\n    {"detail":"Not Found"}',
    ],
)
def test_a_broken_handshake_is_answered_as_the_lesson_says(run: LessonRun, answer: str) -> None:
    assert answer in run.output("broken = {")


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_predicts_and_is_told_the_outcome(page: NotebookPage) -> None:
    run_up_to(page, "bytes_guess = Prediction(")
    page.page.get_by_role("radio", name="about as many", exact=True).check()
    run_up_to(page, "bytes_guess.reveal", after="bytes_guess = Prediction(")

    page.page.get_by_role("status").filter(has_text="✗ You predicted “about as many”. It was “").wait_for()


def test_a_person_watches_the_ticks_and_disconnects(page: NotebookPage) -> None:
    run_up_to(page, "server = BackgroundServer(app)")
    run_up_to(page, "ClientPanel(", after="BackgroundServer(app)")
    ana = page.panel("Ana")
    ana.wait_for_state("open")
    ana.wait_for_row("tick")
    ana.press("Disconnect")
    ana.wait_for_state("closed · 1000 OK")
    ticks = [int(tick) for tick in re.findall(r'"tick": ?(\d+)', " ".join(ana.rows()))]

    assert ticks == list(range(ticks[0], ticks[0] + len(ticks)))
