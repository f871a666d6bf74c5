import tables from "kilde:strings";
import { fields, parsed, text } from "./wire";

/** Every string that the views use; they stand in service/data/strings/*.toml, table [widget]. */
export type Key =
  | "title"
  | "lead"
  | "suggestions"
  | "open"
  | "close"
  | "new_conversation"
  | "label"
  | "placeholder"
  | "send"
  | "stop"
  | "too_long"
  | "thinking"
  | "you"
  | "answer"
  | "marker"
  | "card"
  | "source"
  | "new_tab"
  | "sources_one"
  | "sources_many"
  | "announce_sources"
  | "not_answered"
  | "understood"
  | "generative"
  | "gloss"
  | "translation_by"
  | "author"
  | "commenter"
  | "quoted"
  | "author_unnamed"
  | "commenter_unnamed"
  | "quoted_unnamed"
  | "copy"
  | "copied"
  | "copy_failed"
  | "up"
  | "down"
  | "rating_failed"
  | "comment_label"
  | "comment_send"
  | "comment_thanks"
  | "stopped"
  | "retry"
  | "error_offline"
  | "error_unreachable"
  | "error_limited"
  | "error_limited_seconds"
  | "error_long"
  | "error_unavailable"
  | "error_refused"
  | "error_failed"
  | "error_cut"
  | "error_empty";

const FIRST_CLASS = Object.keys(tables);

export class Words {
  constructor(
    readonly language: string,
    private readonly overrides: Readonly<Record<string, unknown>> = {},
  ) {}

  /** The host page's word, else the language's, else the English one, with {placeholders} filled. */
  say(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
    const found = text(this.overrides[key]) || text(tables[this.language]?.[key]) || text(tables["en"]?.[key]) || key;
    return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  /** "Swedish" for sv, in this language. */
  languageName(code: string): string {
    const named = text(fields(tables[this.language]?.languages)[code]);
    if (named || !code) return named;
    try {
      return new Intl.DisplayNames([this.language], { type: "language" }).of(code) ?? code;
    } catch {
      return code;
    }
  }

  /** Suggested questions that the host page gave with its strings. */
  get questions(): string[] {
    const given = this.overrides["questions"];
    return Array.isArray(given) ? given.map(text).filter(Boolean) : [];
  }
}

/** The best of our languages for a wish ("auto" asks the browser); `no` is Bokmål, anything unknown English. */
export function chooseLanguage(wish: string, preferred: readonly string[] = navigator.languages): string {
  const candidates = wish && wish !== "auto" ? [wish] : preferred;
  for (const candidate of candidates) {
    const code = candidate.toLowerCase().split(/[-_]/)[0] ?? "";
    if (code === "no") return "nb";
    if (FIRST_CLASS.includes(code)) return code;
  }
  return "en";
}

export function readOverrides(json: string | undefined): Readonly<Record<string, unknown>> {
  return fields(parsed(json ?? ""));
}
