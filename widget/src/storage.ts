import { type Snapshot, type Turn, freshTurn } from "./conversation";
import { Trouble } from "./trouble";
import { type Reply, fields, parsed, text } from "./wire";

/** More turns than a person scrolls back to; keeps the entry far below the browser's quota of about 5 MB. */
const MAX_TURNS = 30;

interface Kept {
  conversationId: string | null;
  open: boolean;
  turns: { question: string; reply: Reply | null; rating: Turn["rating"] }[];
}

/** The session of one tab, in sessionStorage: no cookie, gone with the tab. Blocked storage only means no restoring. */
export class Session {
  private readonly key: string;
  private kept: Kept;

  constructor(service: string, name: string) {
    // The number changes with the shape of what is kept, so that no version reads another one's.
    this.key = `kilde:1:${service}${name}`;
    this.kept = read(this.key);
  }

  get open(): boolean {
    return this.kept.open;
  }

  get snapshot(): Snapshot {
    const turns = this.kept.turns.map(({ question, reply, rating }, index): Turn => {
      const turn = freshTurn(index + 1, question);
      if (!reply) return { ...turn, state: "failed", trouble: new Trouble("cut") };
      const { citations, language } = reply;
      const ratingState = rating && "sent";
      return { ...turn, state: "answered", reply, citations, language, blocks: [reply.answer], rating, ratingState };
    });
    return { conversationId: this.kept.conversationId, turns };
  }

  keepOpen(open: boolean): void {
    this.write({ ...this.kept, open });
  }

  keep(snapshot: Snapshot): void {
    const turns = snapshot.turns.slice(-MAX_TURNS).map(({ question, reply, rating }) => ({ question, reply, rating }));
    this.write({ ...this.kept, conversationId: snapshot.conversationId, turns });
  }

  private write(kept: Kept): void {
    this.kept = kept;
    try {
      sessionStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // Storage is blocked or full: the conversation goes on, it is only not restored.
    }
  }
}

function read(key: string): Kept {
  let stored: unknown = null;
  try {
    stored = parsed(sessionStorage.getItem(key) ?? "");
  } catch {
    // Storage is blocked.
  }
  const { conversationId, open, turns } = fields(stored);
  const kept = Array.isArray(turns) ? turns.map(keptTurn) : [];
  return { conversationId: text(conversationId) || null, open: open === true, turns: kept };
}

function keptTurn(value: unknown): Kept["turns"][number] {
  const { question, reply, rating } = fields(value);
  // Written by this widget; should another script of the page have changed it, the views still escape all of it.
  const whole = Array.isArray(fields(reply).citations) && typeof fields(reply).answer === "string";
  return {
    question: text(question),
    reply: whole ? (reply as Reply) : null,
    rating: rating === "up" || rating === "down" ? rating : null,
  };
}
