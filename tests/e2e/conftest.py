"""One really running product for all end-to-end tests, with WeChat's servers played at its edge."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.chromium import CHROMIUM
from tests.e2e.system import RunningSystem, running
from tests.e2e.wechat_account import AES_KEY, APP_ID, SECRET, TOKEN, CustomerService


@pytest.fixture(scope="session")
def wechat_server() -> Iterator[CustomerService]:
    """WeChat's own interface, listening on loopback."""
    server = CustomerService()
    yield server
    server.close()


@pytest.fixture(scope="session")
def system(
    tmp_path_factory: pytest.TempPathFactory, wechat_server: CustomerService
) -> Iterator[RunningSystem]:
    """What ./run starts in a folder of its own, once /health is green."""
    extra = {
        "WECHAT_TOKEN": TOKEN,
        "WECHAT_APP_ID": APP_ID,
        "WECHAT_SECRET": SECRET,
        "WECHAT_ENCODING_AES_KEY": AES_KEY,
        "WECHAT_API_BASE": wechat_server.base,
    }
    # E2E_VAR_DIR keeps the folder between runs while one works on these tests; models are then built once.
    folder = Path(os.environ.get("E2E_VAR_DIR") or tmp_path_factory.mktemp("e2e") / "var")
    with running(folder, extra=extra) as started:
        started.wait_for(lambda: started.health().get("status") == "ok", seconds=900, what="a green /health")
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def errors() -> list[str]:
    """What the page's scripts complained about."""
    return []


@pytest.fixture
def visit(browser: Browser, system: RunningSystem, errors: list[str]):
    """Open pages of the running product as one person; scripts must not fail."""
    contexts = []

    def open_page(viewport: dict[str, int]) -> Page:
        context = browser.new_context(
            viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=system.url
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
