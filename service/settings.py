"""The settings, read once from the environment and `.env`; each is described in docs/settings.md."""

import os
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from index.errors import KildeError

PREFIX = "KILDE_"
NO_SETTINGS = frozenset({"KILDE_API_KEY"})
"""What options of commands are read from (`kilde evaluate`)."""
EXPECTED = {
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "bool_parsing": "true or false",
    "literal_error": "{expected}",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "value_error": "{error}",
}
"""What a value should have been, by the kind of error that it is."""


class InvalidSettings(KildeError):
    """A KILDE_ variable has a value that cannot be used."""


class Settings(BaseSettings):
    """Frozen; the names are the environment variables' without their prefix, in lower case."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True, validate_by_name=True
    )

    data_dir: Path = Field(Path(".kilde"), description="Where the record and the indexes are kept.")
    database_url: SecretStr = Field(
        SecretStr(""), description="Where the record is, if not in the data directory: postgresql://user:…@host/name."
    )
    seeds: Path = Field(Path("seeds"), description="The folder of documents that answers come from.")
    host: str = Field("127.0.0.1", description="The address that `kilde serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port that `kilde serve` listens on.")
    workers: int = Field(1, ge=1, le=64, description="How many processes `kilde serve` answers in.")
    worker_timeout_seconds: float = Field(
        30.0, ge=5, le=600, description="How long one of several processes may hang before another takes its place."
    )
    chroma_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+/?)?$",
        examples=["http://chroma:8000"],
        description="A Chroma server that holds the vector index.",
    )
    index_url: str = Field(
        "",
        pattern=r"^(qdrants?://\S+)?$",
        examples=["qdrant://HOST:6333"],
        description="Where both indexes are, if not here: qdrant://HOST:6333.",
    )
    index_api_key: SecretStr = Field(SecretStr(""), description="The key of that Qdrant.")
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="The service's log: JSON, text, or text on a terminal and JSON elsewhere."
    )
    log_questions: bool = Field(False, description="Whether the log has the text of the questions.")
    traces_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        examples=["http://localhost:4317"],
        description="Where OpenTelemetry traces are sent, by OTLP over gRPC.",
    )
    drain_seconds: float = Field(
        2.0, ge=0, le=600, description="How long a service told to stop still takes requests, saying it is not ready."
    )
    shutdown_seconds: float = Field(
        30.0, ge=0, le=600, description="How long after that it finishes the answers that it has begun."
    )
    max_document_bytes: int = Field(
        20_000_000, ge=1, description="A larger file is named and skipped, a larger upload refused."
    )
    max_passage_tokens: int = Field(
        160, ge=32, le=2000, description="Tokens (cl100k_base) of a passage at most; a change re-chunks the documents."
    )
    retention_days: int = Field(
        0, ge=0, description="Conversations are forgotten after so many days without a message; 0 keeps them."
    )
    max_quotes: int = Field(6, ge=1, le=20, description="Quotes in an answer at most.")
    gloss: bool = Field(True, description="Whether quotes in another language have a word-for-word gloss.")
    translation: Literal["off", "apertium", "model"] = Field(
        "off", description="What translates quotes in another language, as a marked aid."
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        examples=["https://kilde.example.org"],
        description="The URL that the service is reached under; links begin with it.",
    )
    embedding: str = Field(
        "subword",
        pattern=r"^(subword|openai:\S+|local:\S+)$",
        examples=["subword", "openai:MODEL", "local:MODEL"],
        description="What makes the vectors: subword, openai:MODEL or local:MODEL.",
    )
    vector_index_above: int = Field(
        200_000,
        ge=0,
        le=200_000,
        description="So many passages' subword vectors are compared without an index.",
    )
    embedding_base_url: str = Field(
        "https://api.openai.com/v1",
        pattern=r"^https?://\S+$",
        examples=["https://api.openai.com/v1"],
        description="Where the embedding model's API is.",
    )
    embedding_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("KILDE_EMBEDDING_API_KEY", "OPENAI_API_KEY"),
        description="The key of that API.",
    )
    embedding_dimensions: int = Field(
        0, ge=0, le=10_000, description="How long vectors that API is asked for; 0 for the model's own length."
    )
    reranker: str = Field(
        "off",
        pattern=r"^(off|api:\S+|local:\S+)$",
        examples=["off", "api:MODEL", "local:MODEL"],
        description="What puts the best passages into its own order: off, api:MODEL or local:MODEL.",
    )
    reranker_base_url: str = Field(
        "https://api.jina.ai/v1",
        pattern=r"^https?://\S+$",
        examples=["https://api.jina.ai/v1"],
        description="Where the reranker's API is.",
    )
    reranker_api_key: SecretStr = Field(SecretStr(""), description="The key of that API.")
    llm_model: str = Field("", description="The language model that writes answers; without one they are quotes.")
    llm_base_url: str = Field(
        "https://api.openai.com/v1",
        pattern=r"^https?://\S+$",
        examples=["https://api.openai.com/v1"],
        description="Where the model's API is.",
    )
    llm_api_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=AliasChoices("KILDE_LLM_API_KEY", "OPENAI_API_KEY"),
        description="The key of that API.",
    )
    llm_api_version: str = Field("", description="The api-version, where the API is Azure OpenAI's dated one.")
    llm_timeout_seconds: float = Field(
        30.0, gt=0, le=600, description="What a model may take for an answer, retries included; then quotes are shown."
    )
    llm_context_tokens: int = Field(
        6000, ge=1000, le=1_000_000, description="Tokens (cl100k_base) that a model is sent at most."
    )
    llm_answer_tokens: int = Field(1000, ge=50, le=100_000, description="Tokens that a model may answer with at most.")
    access: Literal["auto", "open", "keys"] = Field(
        "auto", description="Who may ask and read without a key: this machine, everybody, nobody."
    )
    api_keys: SecretStr = Field(SecretStr(""), description="Keys that are for everything, separated by commas.")
    page_key: str = Field(
        "", pattern=r"^\S*$", examples=["kilde_site_…"], description="The site key that the page at / asks with."
    )
    open_sources: bool = Field(False, description="Whether documents may be read without a key.")
    rate_limit_key: str = Field("600/minute", description="How often a key may be used.")
    rate_limit_address: str = Field("120/minute", description="How often may be asked from an address without a key.")
    rate_limit_storage: SecretStr = Field(
        SecretStr(""), description="The Redis that requests are counted in; without one each process counts for itself."
    )
    allowed_origins: str = Field(
        "",
        pattern=r"^\s*(\*|(https?://[^\s,/]+/?[\s,]*)*)\s*$",
        examples=["https://www.example.org, https://intranet.example.org", "*"],
        description="Origins of the pages that may embed the widget, separated by commas.",
    )
    trusted_proxies: str = Field(
        "", description="Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas."
    )
    max_body_bytes: int = Field(1_000_000, ge=10_000, description="A larger body of a request is refused.")
    response_timeout_seconds: float = Field(
        60.0, gt=0, le=3600, description="How long a response may be in coming before the caller is told to try again."
    )
    slack_bot_token: SecretStr = Field(SecretStr(""), description="The bot token (xoxb-…) of a single workspace.")
    slack_signing_secret: SecretStr = Field(SecretStr(""), description="What Slack signs its requests with.")
    slack_app_token: SecretStr = Field(SecretStr(""), description="The app-level token (xapp-…) of Socket Mode.")
    slack_client_id: str = Field("", description="The app's client ID, to install it in several workspaces.")
    slack_client_secret: SecretStr = Field(SecretStr(""), description="The app's client secret.")
    slack_api_url: str = Field(
        "https://slack.com/api/",
        pattern=r"^https?://\S+/$",
        examples=["https://slack.com/api/"],
        description="Where Slack's Web API is.",
    )
    slack_language: Literal["en", "da", "nb", "nn", "sv"] = Field(
        "en", description="What the bot says before anybody has asked is in this language."
    )
    slack_shutdown_seconds: float = Field(
        20.0, ge=0, le=600, description="How long a stopping service finishes answers that it has begun."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: str) -> str:
        """Refuse what is no address: it would be a proxy that is never believed."""
        for proxy in filter(None, (part.strip() for part in value.split(","))):
            try:
                _ = proxy == "*" or ip_network(proxy)
            except ValueError:
                raise ValueError(f"addresses and networks such as 127.0.0.1, 10.0.0.0/8, or *; not {proxy!r}") from None
        return value


def read_settings() -> Settings:
    """Read the settings. Raises InvalidSettings with the variable, what was expected and what was found."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = name.upper() if name.upper().startswith((PREFIX, "OPENAI_")) else f"{PREFIX}{name.upper()}"
        raise InvalidSettings(f"{variable}: expected {_expected(name, first)}, found {str(first['input'])!r}") from None


def _expected(name: str, error: Mapping[str, Any]) -> str:
    """What the value of a setting should have been."""
    if error["type"] == "string_pattern_mismatch" and (field := Settings.model_fields.get(name)) and field.examples:
        return "a value such as " + " or ".join(field.examples)
    if error["type"] in EXPECTED:
        return EXPECTED[error["type"]].format(**error["ctx"]) if "ctx" in error else EXPECTED[error["type"]]
    return str(error["msg"])


def misspelt() -> list[str]:
    """The variables with our prefix, of the environment and of `.env`, that are no setting."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields} | NO_SETTINGS
    given = {*os.environ, *(name.upper() for name in DotEnvSettingsSource(Settings).env_vars)}
    return sorted(name for name in given if name.startswith(PREFIX) and name not in known)
