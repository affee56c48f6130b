"""The floor: bare Playwright, which opens pages, waits for the rows, takes the HTML, nothing else.

Run as a program and without our package, so that it starts as fast as such a program can. Reads
{links, rows, concurrency, launch, context} from standard input.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

from playwright.async_api import Browser, async_playwright


async def main() -> None:
    task = json.load(sys.stdin)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**task["launch"])
        links = iter(task["links"])
        read = await asyncio.gather(
            *(_visit_all(browser, links, task) for _ in range(task["concurrency"]))
        )
        await browser.close()
    if sum(read) != len(task["links"]):
        sys.exit("the floor did not read every page")


async def _visit_all(browser: Browser, links: Iterator[str], task: dict[str, Any]) -> int:
    """Takes links until none are left, each in a context of its own, as we do."""
    read = 0
    for link in links:
        context = await browser.new_context(**task["context"])
        page = await context.new_page()
        await page.goto(link, wait_until="commit")
        await page.wait_for_selector(f"tr:nth-child({task['rows']})")
        read += "</table>" in await page.content()
        await context.close()
    return read


asyncio.run(main())
