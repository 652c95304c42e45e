"""The course as a website: no link leads nowhere, and everyone can read it, with and without scripts."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.accessibility import violations
from tests.jupyterlab import REPOSITORY, chromium


# The continuous integration runs all notebooks for it, unless `.cache` has them.
WANTED = [] if os.environ.get("CI") == "true" else ["--run-only", "05_parameters", "06_online_users"]
LESSON, EXERCISE, GLOSSARY = "notebooks/05_parameters.html", "exercises/06_online_users.html", "GLOSSARY.html"
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}

pytestmark = pytest.mark.timeout(3600)


class Links(HTMLParser):
    """The links of a page, its anchors, and what it loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.append(str(found["href"]))
        if found.get(LOADED.get(tag, "")):
            self.loaded.append(str(found[LOADED[tag]]))
        if found.get("id"):
            self.anchors.add(str(found["id"]))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site in a folder that is not the root of its server."""
    out = tmp_path_factory.mktemp("server") / "base" / "course"
    # In a process of its own: what Sphinx warns of is not for these tests to judge.
    command = [sys.executable, "-m", "authoring", "site", str(out), *WANTED]
    build = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert build.returncode == 0, build.stderr
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Links]:
    return {path.relative_to(site).as_posix(): Links(path) for path in site.rglob("*.html")}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_no_link_leads_nowhere(site: Path, pages: dict[str, Links]) -> None:
    dangling = []
    for name, page in pages.items():
        for link in page.links:
            target = urlsplit(urljoin(f"http://site/{name}", link))
            file = unquote(target.path.lstrip("/"))
            anchors = pages[file].anchors if file in pages else set()
            is_there = (site / file).is_file() and (
                not target.fragment or unquote(target.fragment) in anchors
            )
            if target.netloc == "site" and not is_there:
                dangling.append(f"{name}: {link}")

    assert dangling == []


def test_no_page_asks_another_host_for_anything(site: Path, pages: dict[str, Links]) -> None:
    elsewhere = re.compile(r"^(https?:)?//")
    styles = [style.read_text(encoding="utf-8") for style in site.rglob("*.css")]

    assert [each for page in pages.values() for each in page.loaded if elsewhere.match(each)] == []
    assert [each for style in styles for each in re.findall(r"url\(['\"]?(?:https?:)?//[^)]*", style)] == []


def test_each_notebook_has_a_page_and_nothing_of_this_machine_is_on_it(site: Path) -> None:
    notebooks = [*REPOSITORY.glob("notebooks/*.ipynb"), *REPOSITORY.glob("*s/[01]*.ipynb")]
    texts = [text_of(site / path.parent.name / f"{path.stem}.html") for path in notebooks]

    assert texts
    assert [path.name for path, text in zip(notebooks, texts, strict=True) if str(REPOSITORY) in text] == []


def test_a_panel_shows_what_crossed_while_its_lesson_ran(site: Path) -> None:
    lesson = text_of(site / LESSON)

    assert 'aria-label="Ana&#x27;s client"' in lesson or 'aria-label="Ana\'s client"' in lesson
    assert 'class="wsl-row" data-direction="received"' in lesson
    assert "application/vnd.jupyter.widget" not in lesson


def test_each_answer_to_a_prediction_says_what_it_means_and_one_is_right(site: Path) -> None:
    questions = re.findall(r'<div class="wsl wsl-prediction".*?</div>', text_of(site / LESSON), re.DOTALL)

    assert questions
    for question in questions:
        assert question.count("✓ Right. It was") == 1
        assert question.count("<details") == question.count("✗ Not so.") + 1


def test_the_first_page_does_not_lead_to_itself(site: Path) -> None:
    assert "two ways in" not in text_of(site / "index.html")


def test_an_exercise_keeps_its_gap_and_folds_its_solution(site: Path) -> None:
    exercise = text_of(site / EXERCISE)
    gap, fold = exercise.index("# Your code here"), exercise.index("Show a solution")

    assert gap < fold
    assert "BEGIN SOLUTION" not in exercise
    assert 'href="../solutions/06_online_users.html"' in exercise


def test_a_diagram_is_a_picture_with_its_messages_in_words(site: Path) -> None:
    lesson = text_of(site / LESSON)

    assert re.search(r'<img alt="[^"]*client_id = 7[^"]*" src="\.\./_images/\w+\.svg"', lesson)
    assert "```mermaid" not in lesson and "sequenceDiagram" not in lesson


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Serve the site below a base path."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site.parent.parent)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/base/course/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Open a page; fail, when the test is over, with errors in its console and requests to other hosts."""
    page = browser.new_page()
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    yield page
    page.close()

    assert errors == []
    assert hosts - {""} == {urlsplit(address).netloc}


def test_a_reader_goes_on_searches_and_comes_back_by_the_contents(page: Page, address: str) -> None:
    page.goto(f"{address}{LESSON}")
    page.locator(".next-page").click()
    page.wait_for_url("**/base/course/notebooks/06_authentication.html")
    page.get_by_role("textbox", name="Search").fill("backpressure")
    page.keyboard.press("Enter")
    page.locator("#search-results a").first.click()

    page.wait_for_url(re.compile(r"/base/course/(?!search)"))
    assert "backpressure" in page.locator("article").inner_text()
    page.locator(".sidebar-tree").get_by_role("link", name="0 · Start here").click()
    assert page.title().startswith("0 · Start here")


@pytest.mark.parametrize("name", ["index.html", LESSON, EXERCISE, GLOSSARY])
def test_everyone_can_read_it_in_light_and_dark(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}{name}")
    found = []
    for theme in ("light", "dark"):
        while page.locator("body").get_attribute("data-theme") != theme:
            page.locator(".theme-toggle:visible").first.click()
        found += [f"{theme}: {each}" for each in violations(page)]

    assert found == []


@pytest.mark.parametrize("name", ["index.html", LESSON, EXERCISE, GLOSSARY])
def test_nothing_is_wider_than_a_phone(page: Page, address: str, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}{name}")

    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_it_can_be_read_and_answered_without_scripts(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}{LESSON}")
    question = page.locator(".wsl-prediction").first
    question.locator("summary").first.click()

    assert question.locator("details[open] p").is_visible()
    assert page.locator(".wsl-panel .wsl-row").first.is_visible()
    assert page.locator("article img").first.is_visible()
    page.close()
