"""The settings, read once from the environment and `.env`; each is described in docs/settings.md."""

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from index.errors import KildeError


class InvalidSettings(KildeError):
    """A KILDE_ variable has a value that cannot be used."""


class Settings(BaseSettings):
    """Frozen; the names are the environment variables' without their prefix, in lower case."""

    model_config = SettingsConfigDict(env_prefix="KILDE_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path(".kilde"), description="Where the record and the indexes are kept.")
    seeds: Path = Field(Path("seeds"), description="The folder of documents that answers come from.")
    host: str = Field("127.0.0.1", description="The address that `kilde serve` listens on.")
    port: int = Field(8000, ge=1, le=65535, description="The port that `kilde serve` listens on.")
    max_document_bytes: int = Field(20_000_000, ge=1, description="A larger file is named and skipped.")
    max_passage_tokens: int = Field(
        160, ge=32, le=2000, description="Tokens (cl100k_base) of a passage at most; a change re-chunks the documents."
    )
    max_quotes: int = Field(6, ge=1, le=20, description="Quotes in an answer at most.")


def read_settings() -> Settings:
    """Read the settings. Raises InvalidSettings with the variable, what was expected and what was found."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "KILDE_" + str(first["loc"][0]).upper()
        raise InvalidSettings(f"{name}: {first['msg']}, found {str(first['input'])!r}") from None
