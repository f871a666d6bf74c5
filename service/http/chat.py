"""POST /chat and POST /search."""

from __future__ import annotations

from fastapi import APIRouter

from service.assistant import Assistant
from service.http.problems import responses
from service.wire import ChatModel, PassageModel, PassagesModel, ReplyModel, SearchedModel, SearchModel


def router(assistant: Assistant) -> APIRouter:
    """The routes that ask. Plain functions: FastAPI runs them in its thread pool, off the event loop."""
    routes = APIRouter(tags=["questions"])

    @routes.post("/chat", responses=responses(404, 422, 500, 503))
    def chat(body: ChatModel) -> ReplyModel:
        """Answer a question with verified quotes, in its own language; or say that the texts do not."""
        return ReplyModel.of(assistant.ask(body.record()))

    @routes.post("/search", responses=responses(422, 500, 503))
    def search(body: SearchModel) -> PassagesModel:
        """The passages nearest to a query, in whatever language they are, best first."""
        found = assistant.search(body.query, body.limit, body.filters.record())
        passages = [PassageModel.of(hit, found.documents[hit.passage.document_id]) for hit in found.hits]
        return PassagesModel(query=SearchedModel(text=body.query, language=found.language), passages=passages)

    return routes
