import type { Rating, Service } from "./service";
import { Trouble } from "./trouble";
import type { Citation, Reply } from "./wire";

/** The service's own limit, in code points. */
export const MAX_MESSAGE_CHARACTERS = 4000;

export type TurnState = "asking" | "answered" | "stopped" | "failed";
export type RatingState = "sending" | "sent" | "commented" | "failed";

export interface Turn {
  readonly id: number;
  readonly question: string;
  readonly state: TurnState;
  /** The answer's Markdown so far, a block a sentence event. */
  readonly blocks: readonly string[];
  readonly citations: readonly Citation[];
  readonly language: string;
  readonly reply: Reply | null;
  readonly trouble: Trouble | null;
  readonly rating: Rating | null;
  readonly ratingState: RatingState | null;
}

export interface Snapshot {
  readonly conversationId: string | null;
  readonly turns: readonly Turn[];
}

export interface Happening {
  question: { message: string };
  answer: Reply;
  error: { kind: string; status: number };
  feedback: { messageId: string; rating: Rating; comment: string | null };
  reset: null;
}

export type Tell = <Name extends keyof Happening>(name: Name, detail: Happening[Name]) => void;

/** One conversation: what was asked and answered, and the request under way. Views subscribe and render. */
export class Conversation {
  private snapshot: Snapshot;
  private readonly watchers = new Set<() => void>();
  private request: AbortController | null = null;

  constructor(
    private readonly service: Service,
    private readonly keep: (snapshot: Snapshot) => void,
    private readonly tell: Tell,
    restored: Snapshot | null,
  ) {
    this.snapshot = restored ?? { conversationId: null, turns: [] };
  }

  get current(): Snapshot {
    return this.snapshot;
  }

  get busy(): boolean {
    return this.snapshot.turns.some((turn) => turn.state === "asking");
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Ask; resolves when the answer is complete, stopped or failed. */
  async ask(question: string): Promise<void> {
    const message = question.trim();
    if (!message || this.busy) return;
    const id = (this.snapshot.turns.at(-1)?.id ?? 0) + 1;
    this.update({ turns: [...this.snapshot.turns, freshTurn(id, message)] });
    this.tell("question", { message });
    await this.run(id, message);
  }

  /** Ask a turn's question again, in its place. */
  async retry(id: number): Promise<void> {
    const turn = this.turn(id);
    if (!turn || this.busy) return;
    this.change(id, freshTurn(id, turn.question));
    await this.run(id, turn.question);
  }

  stop(): void {
    this.request?.abort();
  }

  reset(): void {
    this.stop();
    this.request = null;
    this.update({ conversationId: null, turns: [] });
    this.tell("reset", null);
  }

  async rate(id: number, rating: Rating, comment: string | null): Promise<void> {
    const messageId = this.turn(id)?.reply?.messageId;
    if (!messageId) return;
    this.change(id, { rating, ratingState: "sending" });
    try {
      await this.service.rate(messageId, rating, comment);
      this.change(id, { ratingState: comment ? "commented" : "sent" });
      this.tell("feedback", { messageId, rating, comment });
    } catch {
      this.change(id, { ratingState: "failed" });
    }
  }

  private async run(id: number, message: string): Promise<void> {
    const request = new AbortController();
    this.request = request;
    const live = () => this.request === request;
    try {
      const reply = await this.answer(id, message, request.signal, live);
      if (!live()) return;
      this.request = null;
      const { conversationId, citations, language } = reply;
      const streamed = this.turn(id)?.blocks ?? [];
      // Blocks that add up to the answer stay as they are, so that nothing that has the focus is drawn anew.
      const blocks = streamed.join("\n\n") === reply.answer ? streamed : [reply.answer];
      this.change(id, { state: "answered", reply, citations, language, blocks }, conversationId);
      this.tell("answer", reply);
    } catch (error) {
      if (!live()) return;
      this.request = null;
      if (request.signal.aborted) {
        this.change(id, { state: "stopped" });
      } else {
        const trouble = error instanceof Trouble ? error : new Trouble("failed");
        this.change(id, { state: "failed", trouble });
        this.tell("error", { kind: trouble.kind, status: trouble.status });
      }
    }
  }

  private async answer(id: number, message: string, signal: AbortSignal, live: () => boolean): Promise<Reply> {
    const listener = {
      started: (_conversationId: string, language: string) => {
        if (live()) this.change(id, { language });
      },
      sentence: (markdown: string, brought: Citation[]) => {
        const turn = this.turn(id);
        if (!live() || !turn) return;
        this.change(id, { blocks: [...turn.blocks, markdown], citations: [...turn.citations, ...brought] });
      },
    };
    const { conversationId } = this.snapshot;
    try {
      return await this.service.ask(message, conversationId, signal, listener);
    } catch (error) {
      // The service no longer knows the conversation (it was deleted, or its time is over): begin another one.
      if (!conversationId || !(error instanceof Trouble) || error.status !== 404) throw error;
      return this.service.ask(message, null, signal, listener);
    }
  }

  private turn(id: number): Turn | undefined {
    return this.snapshot.turns.find((turn) => turn.id === id);
  }

  private change(id: number, part: Partial<Turn>, conversationId = this.snapshot.conversationId): void {
    const turns = this.snapshot.turns.map((turn) => (turn.id === id ? { ...turn, ...part } : turn));
    this.update({ turns, conversationId });
  }

  private update(part: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...part };
    this.keep(this.snapshot);
    for (const watcher of this.watchers) watcher();
  }
}

export function freshTurn(id: number, question: string): Turn {
  return {
    id,
    question,
    state: "asking",
    blocks: [],
    citations: [],
    language: "",
    reply: null,
    trouble: null,
    rating: null,
    ratingState: null,
  };
}
