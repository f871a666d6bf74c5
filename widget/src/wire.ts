/** What the service sends, read from unknown JSON: a field that is missing or of another kind never reaches a view. */

export type Role = "author" | "commenter" | "quoted";

export interface Aid {
  language: string;
  text: string;
  /** What made a translation; empty for a word-for-word gloss. */
  by: string;
}

export interface Citation {
  marker: number;
  documentId: string;
  title: string;
  titleLanguage: string;
  /** As sent: a path on the service, or an absolute address. */
  url: string;
  /** Null for somebody whom the text does not name. */
  speaker: string | null;
  role: Role;
  language: string;
  quote: string;
  gloss: Aid | null;
  translation: Aid | null;
}

export interface Reply {
  conversationId: string;
  messageId: string;
  question: string;
  standalone: string;
  answered: boolean;
  /** Nothing was looked for: the message asked nothing of the texts, and is no question left unanswered. */
  courteous: boolean;
  language: string;
  generative: boolean;
  answer: string;
  headline: string;
  citations: Citation[];
}

type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function role(value: unknown): Role {
  return value === "commenter" || value === "quoted" ? value : "author";
}

function aid(value: unknown): Aid | null {
  const { language, text: words, by } = fields(value);
  return text(words) ? { language: text(language), text: text(words), by: text(by) } : null;
}

function citation(value: unknown): Citation | null {
  const sent = fields(value);
  const document = fields(sent.document);
  const speaker = fields(sent.speaker);
  if (typeof sent.marker !== "number" || !text(sent.quote)) return null;
  return {
    marker: sent.marker,
    documentId: text(document.id),
    title: text(document.title) || text(document.id),
    titleLanguage: text(document.language),
    url: text(document.url),
    speaker: text(speaker.name) || null,
    role: role(sent.role ?? speaker.role),
    language: text(sent.language),
    quote: text(sent.quote),
    gloss: aid(sent.gloss),
    translation: aid(sent.translation),
  };
}

export function citations(value: unknown): Citation[] {
  return Array.isArray(value) ? value.map(citation).filter((found) => found !== null) : [];
}

/** Null when the value is no reply at all. */
export function reply(value: unknown): Reply | null {
  const sent = fields(value);
  if (!text(sent.answer) || !text(sent.message_id)) return null;
  const question = fields(sent.question);
  return {
    conversationId: text(sent.conversation_id),
    messageId: text(sent.message_id),
    question: text(question.text),
    standalone: text(question.standalone),
    answered: sent.answered === true,
    courteous: sent.answered !== true && sent.confidence === null,
    language: text(sent.language) || "en",
    generative: sent.mode === "generative",
    answer: text(sent.answer),
    headline: text(sent.headline),
    citations: citations(sent.citations),
  };
}
