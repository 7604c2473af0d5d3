"""What a visitor does with the chat, in words that tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Locator, Page, expect

_AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def launcher(page: Page) -> Locator:
    """The button that opens the chat."""
    return page.locator("footnote-chat .launcher")


def panel(page: Page) -> Locator:
    """The dialog."""
    return page.get_by_role("dialog")


def question_box(page: Page) -> Locator:
    """Where a question is typed."""
    return panel(page).get_by_role("textbox", name="Your question")


def open_chat(page: Page, url: str) -> None:
    """Go to `url` and open the chat there."""
    page.goto(url)
    launcher(page).click()
    expect(question_box(page)).to_be_focused()


def turns(page: Page) -> Locator:
    """The turns of the conversation so far."""
    return panel(page).get_by_role("article")


def ask(page: Page, question: str) -> Locator:
    """Ask and wait for the reply; returns its turn."""
    number = turns(page).count()
    question_box(page).fill(question)
    page.keyboard.press("Enter")
    expect(turns(page)).to_have_count(number + 1)
    expect(panel(page).get_by_role("button", name="Send")).to_be_visible()
    return turns(page).nth(number)


def note(page: Page) -> Locator:
    """The line above the box that says what went wrong."""
    return panel(page).locator(".note")


def focused(page: Page) -> str:
    """What has the focus, through shadow roots: its text, label or tag."""
    said: str = page.evaluate(
        """() => {
          let node = document.activeElement;
          while (node.shadowRoot && node.shadowRoot.activeElement) node = node.shadowRoot.activeElement;
          return node.getAttribute('aria-label') || node.id || node.textContent.trim() || node.tagName;
        }"""
    )
    return said


def record_announcements(page: Page) -> None:
    """Keep all that is announced from now on, whichever way; call before the page is loaded."""
    page.add_init_script(
        """(() => {
          window.said = [];
          const native = Element.prototype.ariaNotify;
          if (native) Element.prototype.ariaNotify = function (text, options) {
            window.said.push((options.priority === 'high' ? 'alert: ' : 'status: ') + text);
            return native.call(this, text, options);
          };
          new MutationObserver((changes) => changes.forEach((change) => {
            const region = change.target.nodeType === 3 ? change.target.parentElement : change.target;
            const role = region && region.getAttribute && region.getAttribute('role');
            if ((role === 'status' || role === 'alert') && region.textContent)
              window.said.push(role + ': ' + region.textContent);
          })).observe(document, { subtree: true, childList: true, characterData: true });
        })()"""
    )


def announcements(page: Page) -> list[str]:
    """All that was announced so far, in order."""
    said: list[str] = page.evaluate("() => window.said")
    return said


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong on the page, best practices included: rule, impact and places."""
    page.evaluate(_AXE)
    found: dict[str, Any] = page.evaluate(
        "() => axe.run(document, { resultTypes: ['violations'],"
        " runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })"
    )
    return [
        f"{rule['id']} ({rule['impact']}) at {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
