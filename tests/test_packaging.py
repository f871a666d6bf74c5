"""What the repository promises about setting it up: the lock files, the Makefile, the Dockerfile."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pinned(name: str) -> dict[str, str]:
    lock = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", lock, re.MULTILINE))


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in requirements}


def test_every_dependency_is_locked_with_hashes() -> None:
    """The locks hold what pyproject.toml names, hash everything, and agree with each other."""
    runtime, development = pinned("requirements.lock"), pinned("requirements-dev.lock")
    image = pinned("requirements-image.lock")
    assert {name: image[name] for name in runtime} == runtime
    assert names(PROJECT["optional-dependencies"]["redis"]) <= image.keys()
    assert names(PROJECT["optional-dependencies"]["traces"]) <= image.keys()
    assert names(PROJECT["dependencies"]) <= runtime.keys()
    assert names(PROJECT["optional-dependencies"]["dev"]) <= development.keys()
    assert {name: development[name] for name in runtime} == runtime
    for lock in ("requirements.lock", "requirements-image.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert text.count("--hash=sha256:") >= len(pinned(lock))
        assert "://" not in text


def test_every_dependency_has_a_reason() -> None:
    """docs/decisions/0002 names each."""
    reasons = (ROOT / "docs/decisions/0002-dependencies.md").read_text(encoding="utf-8")
    wanted = names(PROJECT["dependencies"]) | names(PROJECT["optional-dependencies"]["dev"])
    assert [name for name in sorted(wanted) if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reasons)] == []


def test_every_command_can_be_loaded() -> None:
    """The entry points of the group name real commands."""
    commands = entry_points(group="kilde.commands")
    assert {"ask", "chat", "index", "serve"} <= commands.names
    assert all(callable(command.load()) for command in commands)


@pytest.mark.parametrize("sources", re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE))
def test_what_the_dockerfile_copies_exists(sources: str) -> None:
    """Every path of a COPY is in the repository."""
    for source in sources.split():
        assert (ROOT / source).exists(), source


def test_the_image_has_every_package_and_runs_as_nobody_special() -> None:
    """All top-level packages are copied before the project is installed, and the last stage drops root."""
    copied = " ".join(re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)).split()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert packages <= set(copied)
    final = DOCKERFILE.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER (?!root)", final, re.MULTILINE)


def test_the_image_is_set_up_by_the_steps_of_the_makefile() -> None:
    """The pip commands of the Dockerfile are those of the Makefile's runtime set-up, with the lock of the image."""
    pip = re.search(r"^PIP := (.+)$", MAKEFILE, re.MULTILINE)
    assert pip is not None
    command = pip[1].replace("$(BIN)", ".venv/bin")
    recipe = MAKEFILE.split(".venv/runtime:", 1)[1].split("\n\n", 1)[0]
    lock = ("requirements.lock", "requirements-image.lock")
    steps = [
        step.replace("$(PIP)", command).replace(*lock) for step in re.findall(r"@(\$\(PIP\) .+)$", recipe, re.MULTILINE)
    ]
    assert steps == re.findall(r"^RUN (\S+/python -m pip .+)$", DOCKERFILE, re.MULTILINE)
    assert len(steps) == 2


def test_ci_runs_the_checks_and_the_tests() -> None:
    """.ci/run calls the same targets as a person does."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "make check" in script
    assert "make test" in script


def test_the_seeds_are_kept_byte_for_byte() -> None:
    """Git does not convert line ends in the documents, whose offsets are counted in characters."""
    assert "seeds/*.txt -text" in Path(ROOT / ".gitattributes").read_text(encoding="utf-8")
