"""The service does what its OpenAPI document says, whatever is sent: by schemathesis, over four short texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from index.build import build
from service.access.keyring import Keyring, configured_keys
from service.access.keys import Keys
from service.assistant import Assistant
from service.bootstrap import open_assistant
from service.http.app import create_app
from service.http.guard import Access
from service.settings import Settings
from tests.service.conftest import TEXTS

KEY = "a-key-of-the-settings"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# The same cases at every run: a failure is one of the change that is being tested.
BOUNDED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant of its own: documents and conversations come and go here."""
    folder: Path = tmp_path_factory.mktemp("openapi")
    (folder / "texts").mkdir()
    for name, text in TEXTS.items():
        (folder / "texts" / f"{name}.txt").write_text(text, encoding="utf-8")
    with open_assistant(Settings(_env_file=None, data_dir=folder / "data", seeds=folder / "texts")) as opened:
        build(opened.library, folder / "texts")
        yield opened


@pytest.fixture(scope="module")
def described(assistant: Assistant) -> schemathesis.BaseSchema:
    """The application that asks for keys, by its own description."""
    keyring = Keyring(Keys(assistant.library.record), configured_keys(KEY))
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(assistant, access=Access(keyring, "keys")))


def every_case(schema: schemathesis.BaseSchema, examples: int, check: Callable[[schemathesis.Case], None]) -> None:
    """Check so many requests to every operation, half of them as described, half of them not."""
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 20
    for operation in operations:
        for mode in schemathesis.GenerationMode:
            cases = operation.as_strategy(generation_mode=mode)
            with suppress(Unsatisfiable):
                # Where nothing can be wrong about a request, there is none that is.
                settings(BOUNDED, max_examples=examples)(given(cases)(check))()


def test_every_operation_answers_as_described(described: schemathesis.BaseSchema) -> None:
    """With a key: no 5xx, no status, type or shape that the document does not have, for good requests and bad ones."""

    def check(case: schemathesis.Case) -> None:
        response = case.call(headers={"authorization": f"Bearer {KEY}"})
        case.validate_response(response, checks=CHECKS)

    every_case(described, 6, check)


def test_every_operation_refuses_as_described(described: schemathesis.BaseSchema) -> None:
    """Without a key: what needs one is 401, in the form that the document has for it."""

    def check(case: schemathesis.Case) -> None:
        response = case.call(headers={"authorization": ""})
        case.validate_response(response, checks=CHECKS)
        if "security" in case.operation.definition.raw:
            assert response.status_code in {401, 403}

    every_case(described, 2, check)
