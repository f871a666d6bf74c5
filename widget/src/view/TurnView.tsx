import { useRef, useState } from "preact/hooks";
import type { Turn } from "../conversation";
import type { Rating } from "../service";
import type { Citation } from "../wire";
import { Actions } from "./Actions";
import { Card } from "./Card";
import { Notice } from "./Notice";
import { Prose } from "./Prose";
import { Sources } from "./Sources";
import { useShared } from "./shared";

interface Props {
  turn: Turn;
  onRetry: () => void;
  onRate: (rating: Rating, comment: string | null) => void;
}

interface OpenCard {
  citation: Citation;
  anchor: HTMLElement;
}

/** A question and its answer. */
export function TurnView({ turn, onRetry, onRate }: Props) {
  const { words, onCitation } = useShared();
  const [card, setCard] = useState<OpenCard | null>(null);
  const prose = useRef<HTMLDivElement>(null);
  const { reply, state } = turn;

  function openCard(citation: Citation, anchor: HTMLElement): void {
    setCard(card?.anchor === anchor ? null : { citation, anchor });
    onCitation(citation);
  }

  function closeCard(returnFocus: boolean): void {
    if (returnFocus) card?.anchor.focus();
    setCard(null);
  }

  const rewritten = reply && reply.standalone && reply.standalone !== reply.question ? reply.standalone : "";
  return (
    <article class="turn" part="turn" aria-busy={state === "asking"}>
      <p class="asked" part="question">
        <span class="hidden">{words.say("you")} </span>
        {turn.question}
      </p>
      <div class="answer" part="answer" lang={turn.language || undefined}>
        {reply && !reply.answered && !reply.courteous && (
          <p class="label" lang={words.language}>
            {words.say("not_answered")}
          </p>
        )}
        {rewritten && (
          <p class="remark">
            <span lang={words.language}>{words.say("understood")}</span> {rewritten}
          </p>
        )}
        <div ref={prose} class={state === "asking" ? "prose streaming" : "prose"}>
          {turn.blocks.map((block, index) => (
            <Prose
              key={index}
              markdown={block}
              citations={turn.citations}
              open={card?.citation.marker}
              onOpen={openCard}
            />
          ))}
        </div>
        {state === "asking" && (
          <p class="thinking" lang={words.language}>
            <span class="dots" aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {words.say("thinking")}
          </p>
        )}
        {reply?.generative && <p class="remark">{words.say("generative")}</p>}
      </div>
      {(state === "failed" || state === "stopped") && <Notice turn={turn} onRetry={onRetry} />}
      {state !== "asking" && <Sources citations={turn.citations} onOpen={openCard} />}
      {reply && <Actions turn={turn} reply={reply} prose={prose} onRate={onRate} />}
      {card && <Card key={card.citation.marker} citation={card.citation} anchor={card.anchor} onClose={closeCard} />}
    </article>
  );
}
