"""The settings: what is said of a value that cannot be used."""

from __future__ import annotations

import pytest

from service.settings import InvalidSettings, Settings, read_settings


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "zero", "a whole number"),
        ("RETENTION_DAYS", "1.5", "a whole number"),
        ("DRAIN_SECONDS", "soon", "a number"),
        ("GLOSS", "maybe", "true or false"),
        ("ACCESS", "everyone", "'auto', 'open' or 'keys'"),
        ("MAX_QUOTES", "0", "at least 1"),
        ("WORKERS", "65", "at most 64"),
        ("RESPONSE_TIMEOUT_SECONDS", "0", "more than 0"),
        ("EMBEDDING", "word2vec", "a value such as subword or openai:MODEL or local:MODEL"),
        ("INDEX_URL", "localhost", "a value such as qdrant://HOST:6333"),
    ],
)
def test_what_was_expected_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    """The variable, what it may be, and what it is."""
    monkeypatch.setenv(f"KILDE_{name}", value)
    with pytest.raises(InvalidSettings) as caught:
        read_settings()
    assert str(caught.value).startswith(f"KILDE_{name}: expected {expected}")
    assert str(caught.value).endswith(f", found {value!r}")


def test_every_pattern_has_an_example_that_fits() -> None:
    """Nobody is shown a regular expression."""
    for name, field in Settings.model_fields.items():
        if any(getattr(one, "pattern", None) for one in field.metadata):
            assert field.examples, name
            for example in field.examples:
                assert getattr(Settings(**{name: example}), name) == example


@pytest.mark.parametrize("value", ["proxy.example.org", "127.0.0.1, 10.0.0.1/8", "127.0.0.1; ::1"])
def test_proxies_that_would_never_be_believed_are_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A name, a network that is none, and another separator."""
    monkeypatch.setenv("KILDE_TRUSTED_PROXIES", value)
    with pytest.raises(InvalidSettings, match="KILDE_TRUSTED_PROXIES: expected addresses and networks such as"):
        read_settings()


@pytest.mark.parametrize("value", ["", "*", "127.0.0.1, 10.0.0.0/8,", "::1, fd00::/8"])
def test_addresses_and_networks_are_taken(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """As they are written."""
    monkeypatch.setenv("KILDE_TRUSTED_PROXIES", value)
    assert read_settings().trusted_proxies == value
