import type { Turn } from "../conversation";
import type { Key, Words } from "../strings";
import type { Trouble, TroubleKind } from "../trouble";
import { Icon } from "./icons";
import { useShared } from "./shared";

const SENTENCES: Readonly<Record<TroubleKind, Key>> = {
  offline: "error_offline",
  unreachable: "error_unreachable",
  limited: "error_limited",
  long: "error_long",
  unavailable: "error_unavailable",
  refused: "error_refused",
  failed: "error_failed",
  cut: "error_cut",
};

export function troubleSentence(trouble: Trouble, words: Words): string {
  if (trouble.kind === "limited" && trouble.seconds > 0) {
    return words.say("error_limited_seconds", { seconds: trouble.seconds });
  }
  return words.say(SENTENCES[trouble.kind]);
}

/** Why there is no (whole) answer, in a sentence, with a way on. */
export function Notice({ turn, onRetry }: { turn: Turn; onRetry: () => void }) {
  const { words } = useShared();
  const sentence = turn.trouble ? troubleSentence(turn.trouble, words) : words.say("stopped");
  return (
    <div class={turn.trouble ? "notice trouble" : "notice"} part="notice">
      <p>{sentence}</p>
      <button type="button" class="chip" onClick={onRetry}>
        <Icon name="again" />
        {words.say("retry")}
      </button>
    </div>
  );
}
