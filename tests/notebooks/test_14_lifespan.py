"""Lesson 14: a hard stop loses work and an orderly one does not; wss, a proxy, limits and a log."""

import re

from tests.jupyterlab import NotebookPage
from tests.notebooks.run import LessonRun, run_all_for_everyone, run_up_to


LESSON = "14_lifespan.ipynb"


def test_a_hard_stop_says_nothing_and_loses_the_work(run: LessonRun) -> None:
    assert run.output("service.kill()") == "Ana reads 1006"
    assert run.output("print(asking.receive())") == '{"type":"tasks","tasks":[]}'


def test_the_lifespan_runs_around_all_clients(run: LessonRun) -> None:
    words = run.output("shop.stop()").splitlines()

    assert words == ["The database is open.", "Clients may connect.", "The database is closed."]


def test_what_fails_before_the_yield_keeps_the_server_from_starting(run: LessonRun) -> None:
    assert run.output("without_a_database)").endswith("ConnectionError: There is no database.")


def test_the_next_server_goes_on_with_what_the_last_one_left(run: LessonRun) -> None:
    left = re.fullmatch(r'\{"sales": (\d)\}', run.output("print(checkpoint.path.read_text())"))

    assert left and int(left[1]) >= 3
    printed = run.output('reader.receive_until("sales: page 10 of 10", deadline=30)')
    pages = [int(page) for page in printed.split()]
    assert pages == sorted(set(pages)) and pages[-1] == 10
    # One may have been written between the last goodbye and the end of the lifespan, one before Ben is back.
    last = int(left[1])
    assert set(range(1, 11)) - set(pages) <= {last, last + 1} - {1, 2, 3}


def test_a_report_ends_before_the_connection(run: LessonRun) -> None:
    words = run.output("drain_guess.reveal")

    assert re.search(
        r"It was “the end of the report”\. Then came 1012 'Restarting: reconnect after \d\.\d s'", words
    )


def test_while_it_drains_it_is_healthy_and_not_ready(run: LessonRun) -> None:
    assert "\nhealth: 200 · ready: 200 503\n" in run.output("tap.diagram(last=3)")


def test_the_close_frame_is_on_the_wire_with_its_reason(run: LessonRun) -> None:
    last, answer = run.output("tap.diagram(last=3)").splitlines()[-2:]

    assert re.match(r'server → Ben +close +close 1012 service restart "Restarting: reconnect', last)
    assert answer.startswith("Ben → server")


def test_a_client_comes_back_by_itself(run: LessonRun) -> None:
    heard = run.output("heard.count(")

    assert re.search(r"1012 Restarting: reconnect after \d\.\d s\nClient 8 joined$", heard)


def test_a_certificate_of_an_unknown_authority_is_refused(run: LessonRun) -> None:
    assert run.output("except ConnectFailed").startswith("Ana does not trust the certificate of wss://")


def test_the_tap_sees_nothing_but_tls(run: LessonRun) -> None:
    first, *wire = run.output("secure_tap.diagram()").splitlines()

    assert first == "Echo: Hello"
    assert all("TLS" in line and "Hello" not in line for line in wire) and wire


def test_nginx_passes_it_on_or_the_cell_says_how_to_get_it(run: LessonRun) -> None:
    words = run.output("PrivateNginx(service.port")

    assert re.fullmatch(r"<nginx at wss://.*>\nEcho: Hello", words) or "nginx is not installed" in words


def test_the_third_from_one_address_reads_1013(run: LessonRun) -> None:
    assert run.output("max-per-address") == "1013 Too many connections from your address"


def test_the_log_has_the_code_and_not_the_token(run: LessonRun) -> None:
    log = run.output("service.log().splitlines()")

    assert "event=auth_failed path=/ws/auth" in log and "code=4001" in log
    assert "a-guess" not in log


def test_the_lines_of_a_visit_share_an_id(run: LessonRun) -> None:
    ids = re.findall(r"path=/ws/auth .*connection=(\w+)$", run.output("service.log().splitlines()"), re.M)

    assert len(ids) == 3 and len(set(ids)) == 1


def test_the_fault_of_the_log_is_a_number_too(run: LessonRun) -> None:
    rows = run.output("changes(before, read_metrics(service))").splitlines()

    (row,) = [row for row in rows if row.startswith('websocket_connections_closed_total{code="4001"}')]
    assert row.split()[1:] == ["1", "4", "+3"]


def test_it_runs_again_in_the_same_kernel_and_is_for_everyone(run: LessonRun, page: NotebookPage) -> None:
    run_all_for_everyone(page, run)


def test_a_person_sees_the_close_frame_and_stays_in_the_room(page: NotebookPage) -> None:
    run_up_to(page, "HBox([ana.connect(), ben])")
    # Until the new panel is there, the last one is that of the reports.
    page.panel("Ben").wait_for_row("Client 7 joined")
    page.panel("Ben").type_and_send("Is anybody here?")
    page.panel("Ben").wait_for_row("Client 7: Is anybody here?")
    run_up_to(page, "drain_guess.reveal", after="HBox([ana.connect(), ben])")

    page.panel("Ben").wait_for_row("Restarting: reconnect after")
    page.panel("Ana").wait_for_row("finished")
    run_up_to(page, "staying.cancel()", after="drain_guess.reveal")
    assert page.errors() == []
