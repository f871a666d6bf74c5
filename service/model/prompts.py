"""The prompts, files under `prompts/` at the top of the project, with `$names` for what is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from index.errors import InvalidData

FOLDER = Path(__file__).parents[2] / "prompts"
"""Beside the packages: in a clone, in an installed copy and in the container image alike."""

PLACEHOLDERS: Mapping[str, frozenset[str]] = {
    "answer.system": frozenset({"language"}),
    "answer.user": frozenset({"passages", "question", "language"}),
    "retry.user": frozenset({"faults", "language"}),
    "standalone.system": frozenset({"language"}),
    "standalone.user": frozenset({"conversation", "question"}),
    "translate.system": frozenset({"language"}),
    "translate.user": frozenset({"quotes", "language"}),
}
"""Every prompt with the names that it must have: no more, no fewer."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts by their names in PLACEHOLDERS."""

    templates: Mapping[str, Template]

    def fill(self, name: str, **values: str) -> str:
        """The prompt with its names filled in; a `$` in a value is only a dollar sign."""
        return self.templates[name].substitute(values)


def load_prompts(folder: Path = FOLDER) -> Prompts:
    """Read the prompts.

    Raises:
        InvalidData: one is missing, or has other names to be filled in than it must have.
    """
    templates: dict[str, Template] = {}
    for name, expected in PLACEHOLDERS.items():
        path = folder / f"{name}.md"
        try:
            template = Template(path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidData(f"expected a prompt at {path}, and it cannot be read: {error}") from None
        if not template.is_valid() or set(template.get_identifiers()) != expected:
            found = ", ".join(sorted(template.get_identifiers()))
            raise InvalidData(f"{path}: expected the names {', '.join(sorted(expected))}, found {found or 'none'}")
        templates[name] = template
    return Prompts(templates)
