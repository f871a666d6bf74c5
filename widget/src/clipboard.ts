import type { Service } from "./service";
import type { Words } from "./strings";
import type { Citation, Reply } from "./wire";

/** Who speaks, as a phrase; a text that names nobody is said to name nobody. */
export function who(citation: Citation, words: Words): string {
  return citation.speaker
    ? words.say(citation.role, { name: citation.speaker })
    : words.say(`${citation.role}_unnamed`);
}

/** The answer with its citations as plain text, to be pasted anywhere. */
export function answerWithCitations(reply: Reply, answerText: string, words: Words, service: Service): string {
  const sources = reply.citations.map(
    (citation) =>
      `[${citation.marker}] “${citation.quote}”\n    ${who(citation, words)}, ${citation.title}\n    ${service.link(citation.url)}`,
  );
  return [reply.question, answerText, ...sources].filter(Boolean).join("\n\n");
}

/** Whether it worked. The old way serves pages without TLS, where browsers have no clipboard interface. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const area = document.createElement("textarea");
  const focused = deepActiveElement();
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}

function deepActiveElement(): HTMLElement | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement ? active : null;
}
