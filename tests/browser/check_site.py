"""The site in a real browser: filters, the way from the matrix to the capture, nothing on the console, no other host.

Needs Debian's `chromium` and the extra `browser`; `make check-site` runs it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).parents[2]
SITE = ROOT / "reports" / "site"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
NARROW, WIDE = {"width": 390, "height": 800}, {"width": 1300, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or sys.exit("missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test for a word on the console or a request to another host."""
    page = browser.new_page(viewport=WIDE, accept_downloads=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.extend(_outside(request)))
    page.goto((SITE / "index.html").as_uri())
    yield page
    page.close()
    assert said == []


def _outside(request: Request) -> list[str]:
    return [] if request.url.startswith(("file:", "data:")) else [f"asks for {request.url}"]


def shown(page: Page) -> int:
    return page.locator(".requirements tbody tr[data-level]:visible").count()


def test_the_front_page_opens_in_a_second(page: Page) -> None:
    timing = "performance.getEntriesByType('navigation')[0]"
    print(f"\nfront page: {page.evaluate(f'{timing}.loadEventEnd'):.0f} ms, {shown(page)} requirements")
    assert shown(page) > 200


@pytest.mark.parametrize(
    ("name", "value"), [("rfc", "5961"), ("level", "SHOULD"), ("topic", "reset"), ("verdict", "violates")]
)
def test_a_filter_leaves_some_of_the_requirements(page: Page, name: str, value: str) -> None:
    everything = shown(page)
    page.select_option(f"[name={name}]", value)
    assert 0 < shown(page) < everything
    assert page.locator("[name=shown]").inner_text() == f"{shown(page)} of {everything} requirements"


def test_stacks_that_differ_a_single_stack_and_a_family(page: Page) -> None:
    everything = shown(page)
    page.check("[name=differ]")
    assert 0 < shown(page) < everything
    heads = page.locator(".requirements th.stack:visible").count()
    page.select_option("[name=stack]", "0")
    assert page.locator(".requirements th.stack:visible").count() == 1 < heads
    page.select_option("[name=family]", "1")
    assert shown(page) > 0


def test_a_cell_tells_and_leads_to_what_a_family_has_of_its_own(page: Page) -> None:
    """In words too: whoever hears the page hears what others see."""
    for family in ("0", "1", ""):
        page.select_option("[name=family]", family)
        untrue = page.evaluate(
            """() => [...document.querySelectorAll(".requirements td[data-f] a")].filter((a) =>
                 a.getAttribute("aria-label").replace(" ", "-") !== a.parentElement.className
                 || !a.title.includes(a.getAttribute("aria-label"))).length"""
        )
        assert untrue == 0
    page.select_option("[name=family]", "1")
    own = page.locator(".requirements td[data-c]:not(.not-run) a").first
    own.scroll_into_view_if_needed()
    own.click()
    page.wait_for_selector("h1")
    assert page.locator(f"[id='{page.evaluate('location.hash.slice(1)')}']").inner_text()


def test_a_cell_of_states_and_segments_leads_to_its_cases(page: Page) -> None:
    page.locator("nav a", has_text="States").first.click()
    page.locator("table.states td.violates a").first.click()
    assert page.locator(".cell:target li a").count() > 1
    page.locator(".cell:target li a").nth(1).click()
    assert page.locator("h1").count() == 1


def test_filters_are_in_the_address(page: Page) -> None:
    page.select_option("[name=topic]", "close")
    page.check("[name=differ]")
    count = shown(page)
    page.reload()
    assert page.input_value("[name=topic]") == "close"
    assert shown(page) == count


def test_the_way_from_the_matrix_to_the_capture(page: Page) -> None:
    page.select_option("[name=verdict]", "violates")
    page.locator(".requirements td.violates:visible a").first.click()
    page.wait_for_selector("h1")
    section = page.locator(f"section{page.evaluate('location.hash')}")
    assert "expected" in section.inner_text() or "assert" in section.inner_text()
    ladder = section.locator("img.ladder").first
    ladder.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=ladder.element_handle())
    with page.expect_download() as download:
        section.locator("a[download]").first.click()
    assert Path(download.value.path()).read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


def test_every_stack_has_its_page(page: Page) -> None:
    for name in page.locator(".overview tbody th a").all_inner_texts():
        page.goto((SITE / "index.html").as_uri())
        page.locator(".overview tbody th a", has_text=name).first.click()
        assert page.locator("h1").inner_text() == name
        assert page.locator("table.states tbody tr").count() > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_pages_fit_their_width(browser: Browser, tmp_path: Path, scheme: str, size: dict[str, int]) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    case = min((SITE / "case").iterdir())
    for path in (
        SITE / "index.html",
        SITE / "states.html",
        SITE / "coverage.html",
        min((SITE / "stack").iterdir()),
        case,
    ):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path.name
    page.close()


def test_a_keyboard_reaches_the_filters_and_the_cells(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.focus("[name=differ]")
    page.keyboard.press("Space")
    assert page.is_checked("[name=differ]")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('.requirements, .sticky')")
