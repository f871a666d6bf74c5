"""The documentation says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.assistant import Assistant
from service.http.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parents[2]
SETTING = re.compile(r"^\| `KILDE_(\w+)` \| `([^`]*)` \|", re.MULTILINE)
ROUTE = re.compile(r"^\| `(GET|POST|PUT|DELETE) ([^`]+)` \|", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_every_setting_is_documented_with_its_default() -> None:
    """docs/settings.md lists exactly the settings that exist, with the defaults that they have."""
    described = dict(SETTING.findall((ROOT / "docs/settings.md").read_text(encoding="utf-8")))
    real = {name.upper(): str(field.default) for name, field in Settings.model_fields.items()}
    assert described == real


def test_every_route_is_documented(seeds_assistant: Assistant) -> None:
    """docs/http-api.md lists exactly the routes that the OpenAPI document has."""
    described = set(ROUTE.findall((ROOT / "docs/http-api.md").read_text(encoding="utf-8")))
    paths = create_app(seeds_assistant).openapi()["paths"]
    assert described == {(method.upper(), path) for path, methods in paths.items() for method in methods}


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A relative link names a file of the repository."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
