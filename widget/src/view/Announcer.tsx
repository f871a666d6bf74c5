import { useEffect, useRef, useState } from "preact/hooks";
import type { Turn } from "../conversation";
import { markdownTree, plainText } from "../markdown";
import type { Words } from "../strings";
import { troubleSentence } from "./Notice";
import { useShared } from "./shared";

/** Somebody who waits longer than this in silence wonders whether anything happens. */
const PATIENCE_MILLISECONDS = 3000;
/** About twenty seconds of speech; the rest is read in the log. */
const MAX_CHARACTERS = 350;

/** Says each finished answer once to screen readers; the log itself is silent, because it changes with every sentence. */
export function Announcer({ turns }: { turns: readonly Turn[] }) {
  const { words } = useShared();
  const [said, say] = useState("");
  const last = turns.at(-1);
  const asking = useRef(false);

  useEffect(() => {
    if (last?.state === "asking") {
      asking.current = true;
      say("");
      const timer = setTimeout(() => say(words.say("thinking")), PATIENCE_MILLISECONDS);
      return () => clearTimeout(timer);
    }
    if (last && asking.current) say(summary(last, words));
    asking.current = false;
    return undefined;
  }, [last?.id, last?.state]);

  return (
    <div class="hidden" role="status" aria-live="polite" aria-atomic="true">
      {said}
    </div>
  );
}

function summary(turn: Turn, words: Words): string {
  if (turn.state === "stopped") return words.say("stopped");
  if (turn.trouble) return troubleSentence(turn.trouble, words);
  if (!turn.reply) return "";
  const { headline, answer, citations, generative } = turn.reply;
  const told = generative || !headline ? plainText(markdownTree(answer)).trim() : headline;
  const cut = told.length > MAX_CHARACTERS ? `${told.slice(0, MAX_CHARACTERS)} …` : told;
  const sources = citations.length && words.say("announce_sources", { count: citations.length });
  return [words.say("answer"), cut, sources].filter(Boolean).join(" ");
}
