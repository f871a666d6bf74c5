"""The JSON shapes of documents."""

from __future__ import annotations

from pydantic import BaseModel, Field

from index.records import DocumentInfo
from service.wire import document_url


class FactModel(BaseModel):
    value: str
    origin: str = Field(description="Where it was said: sources.toml, front matter, HTML meta, the text …")


class DocumentInfoModel(BaseModel):
    id: str
    title: str
    language: str
    url: str
    author: str | None
    path: str
    sha256: str
    characters: int
    passages: int
    metadata: dict[str, FactModel] = Field(
        default_factory=dict,
        description="What is known of title, author, published, publication, url and encoding; else left out.",
    )

    @classmethod
    def of(cls, info: DocumentInfo) -> DocumentInfoModel:
        return cls(
            id=info.id,
            title=info.title,
            language=info.language,
            url=document_url(info.id),
            author=info.author,
            path=info.path,
            sha256=info.sha256,
            characters=info.characters,
            passages=info.passages,
            metadata={fact.name: FactModel(value=fact.value, origin=fact.origin) for fact in info.facts},
        )


class DocumentsModel(BaseModel):
    documents: list[DocumentInfoModel]
    next: str | None = Field(None, description="Where there are more: what `after` of the next request has to be.")


class DocumentTextModel(DocumentInfoModel):
    text: str = Field(description="The stored text, into which all offsets point.")
