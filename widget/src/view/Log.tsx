import { useEffect, useRef } from "preact/hooks";
import type { Conversation, Snapshot } from "../conversation";
import { touching } from "../focus";
import type { Options } from "../options";
import { TurnView } from "./TurnView";
import { useShared } from "./shared";

interface Props {
  options: Options;
  conversation: Conversation;
  snapshot: Snapshot;
  focusComposer: () => void;
}

/** The conversation. Silent to screen readers while it changes: the Announcer speaks for it. */
export function Log({ options, conversation, snapshot, focusComposer }: Props) {
  const { words } = useShared();
  const log = useRef<HTMLDivElement>(null);
  const lastId = snapshot.turns.at(-1)?.id;
  const first = useRef(true);

  useEffect(() => {
    // A new question goes to the top, and its answer is read from its beginning; nothing moves under the reader's eyes.
    const behavior = first.current || matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    first.current = false;
    const turn = log.current?.lastElementChild;
    if (lastId !== undefined && turn instanceof HTMLElement) log.current?.scrollTo({ top: turn.offsetTop, behavior });
  }, [lastId]);

  function suggest(question: string): void {
    void conversation.ask(question);
    if (touching()) log.current?.focus();
    else focusComposer();
  }

  return (
    <div ref={log} class="log" part="log" role="log" aria-live="off" aria-label={options.title} tabIndex={0}>
      {snapshot.turns.length === 0 && (
        <div class="welcome">
          <p dir="auto">{options.lead}</p>
          {options.questions.length > 0 && (
            <>
              <h3>{words.say("suggestions")}</h3>
              <ul>
                {options.questions.map((question) => (
                  <li key={question}>
                    <button type="button" class="chip" part="suggestion" dir="auto" onClick={() => suggest(question)}>
                      {question}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
      {snapshot.turns.map((turn) => (
        <TurnView
          key={turn.id}
          turn={turn}
          onRetry={() => {
            void conversation.retry(turn.id);
            focusComposer();
          }}
          onRate={(rating, comment) => void conversation.rate(turn.id, rating, comment)}
        />
      ))}
    </div>
  );
}
