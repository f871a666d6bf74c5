import { Words, chooseLanguage, readOverrides } from "./strings";

export type Mode = "launcher" | "page";
export type Theme = "auto" | "light" | "dark";

/** What the host page may set, as data attributes of the script or of the element. docs/widget.md describes each. */
export interface Options {
  mode: Mode;
  theme: Theme;
  words: Words;
  title: string;
  lead: string;
  questions: string[];
  service: string;
  site: string;
  position: "end" | "start";
}

export const ATTRIBUTES = [
  "data-title",
  "data-lead",
  "data-language",
  "data-theme",
  "data-mode",
  "data-questions",
  "data-service",
  "data-site",
  "data-strings",
  "data-position",
];

export function readOptions(data: DOMStringMap, scriptBase: string): Options {
  const words = new Words(chooseLanguage(data.language ?? "auto"), readOverrides(data.strings));
  const service = new URL(data.service || scriptBase, document.baseURI).href;
  return {
    mode: data.mode === "page" ? "page" : "launcher",
    theme: data.theme === "dark" || data.theme === "light" ? data.theme : "auto",
    words,
    title: data.title || words.say("title"),
    lead: data.lead || words.say("lead"),
    questions: data.questions
      ? data.questions
          .split(/[|\n]/)
          .map((part) => part.trim())
          .filter(Boolean)
      : words.questions,
    service: service.endsWith("/") ? service : `${service}/`,
    site: data.site ?? "",
    position: data.position === "start" ? "start" : "end",
  };
}
