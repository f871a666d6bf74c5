import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { answerWithCitations, copyText } from "../clipboard";
import type { Turn } from "../conversation";
import type { Rating } from "../service";
import type { Reply } from "../wire";
import { Comment } from "./Comment";
import { Icon, type IconName } from "./icons";
import { useShared } from "./shared";

interface Props {
  turn: Turn;
  reply: Reply;
  prose: RefObject<HTMLDivElement | null>;
  onRate: (rating: Rating, comment: string | null) => void;
}

/** Copy with citations, and two thumbs. */
export function Actions({ turn, reply, prose, onRate }: Props) {
  const { words, service } = useShared();
  const [copied, setCopied] = useState<boolean | null>(null);

  async function copy(): Promise<void> {
    setCopied(await copyText(answerWithCitations(reply, plainText(prose.current), words, service)));
  }

  const state = turn.ratingState === "failed" ? words.say("rating_failed") : "";
  const copyState = copied === null ? "" : words.say(copied ? "copied" : "copy_failed");
  return (
    <>
      <div class="actions" part="actions">
        <Action icon={copied ? "done" : "copy"} label={words.say("copy")} onPress={() => void copy()} />
        {(["up", "down"] as const).map((rating) => (
          <Action
            key={rating}
            icon={rating}
            label={words.say(rating)}
            pressed={turn.rating === rating}
            onPress={() => onRate(rating, null)}
          />
        ))}
        <span class="action-state" role="status">
          {state || copyState}
        </span>
      </div>
      {turn.rating && (
        <Comment
          done={turn.ratingState === "commented"}
          onSend={(comment) => turn.rating && onRate(turn.rating, comment)}
        />
      )}
    </>
  );
}

interface ActionProps {
  icon: IconName;
  label: string;
  pressed?: boolean;
  onPress: () => void;
}

function Action({ icon, label, pressed, onPress }: ActionProps) {
  return (
    <button type="button" class="quiet" title={label} aria-pressed={pressed} onClick={onPress}>
      <Icon name={icon} />
      <span class="hidden">{label}</span>
    </button>
  );
}

/** The answer as it is read: block by block, markers as [1], without the aids, which are not part of it. */
function plainText(prose: HTMLElement | null): string {
  const copy = prose?.cloneNode(true);
  if (!(copy instanceof HTMLElement)) return "";
  for (const aid of copy.querySelectorAll(".aid")) aid.remove();
  for (const marker of copy.querySelectorAll(".marker")) marker.textContent = `[${marker.textContent}]`;
  return [...copy.children]
    .map((block) => block.textContent?.trim())
    .filter(Boolean)
    .join("\n\n");
}
