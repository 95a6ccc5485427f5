"""What the accessibility checker finds on a page that is open in a browser."""

from typing import Any

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


def faults(page: Any, axe: str) -> list[str]:
    """What the checker finds, with the element; run outside the page's own rules for scripts."""
    page.evaluate(axe)
    result = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]
