"""The real browser of the end-to-end tests: where it is, the two screens, pictures for people to look at."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Page, expect

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
expect.set_options(timeout=15_000)  # the whole product runs beside the browser


def picture(page: Page, name: str) -> None:
    """Keep a screenshot where SCREENSHOTS says, for a person to look at."""
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}-{page.viewport_size['width']}.png"), full_page=True)
