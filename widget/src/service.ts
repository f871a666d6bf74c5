import { serverEvents } from "./stream";
import { Trouble, troubleOfNetwork, troubleOfStatus } from "./trouble";
import { type Citation, type Reply, citations, fields, reply, text } from "./wire";

export type Rating = "up" | "down";

export interface Listener {
  started(conversationId: string, language: string): void;
  sentence(markdown: string, brought: Citation[]): void;
}

/** The HTTP interface of one service. Every method throws Trouble, or AbortError when the signal was used. */
export class Service {
  constructor(
    /** Ends in a slash. */
    readonly base: string,
    /** The site key; public, and good only on pages of its origins (docs/security.md). */
    private readonly site: string,
  ) {}

  async ask(message: string, conversationId: string | null, signal: AbortSignal, listener: Listener): Promise<Reply> {
    const question = { message, conversation_id: conversationId, language: "auto", stream: true };
    const response = await this.post("chat", question, "text/event-stream, application/json;q=0.9", signal);
    const found = response.headers.get("content-type")?.includes("text/event-stream")
      ? await streamed(response, listener)
      : reply(await response.json().catch(() => null));
    if (!found) throw new Trouble("cut");
    return found;
  }

  async rate(messageId: string, rating: Rating, comment: string | null): Promise<void> {
    await this.post("feedback", { message_id: messageId, rating, comment }, "application/json");
  }

  /** The address of a source page; empty when it is not one that may be opened. */
  link(url: string): string {
    try {
      const address = new URL(url, this.base);
      return url && /^https?:$/.test(address.protocol) ? address.href : "";
    } catch {
      return "";
    }
  }

  private async post(path: string, body: object, accept: string, signal?: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept,
          ...(this.site && { "x-kilde-site": this.site }),
        },
        body: JSON.stringify(body),
        credentials: "omit",
        ...(signal && { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw troubleOfNetwork(false);
    }
    if (!response.ok) throw troubleOfStatus(response.status, response.headers.get("retry-after"));
    return response;
  }
}

async function streamed(response: Response, listener: Listener): Promise<Reply | null> {
  if (!response.body) return null;
  for await (const { name, data } of serverEvents(response.body)) {
    const sent = fields(data);
    if (name === "start") listener.started(text(sent.conversation_id), text(sent.language));
    else if (name === "sentence") listener.sentence(text(sent.text), citations(sent.citations));
    else if (name === "done") return reply(data);
    else if (name === "error") throw troubleOfStatus(typeof sent.status === "number" ? sent.status : 500);
  }
  return null;
}
