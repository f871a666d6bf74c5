import { useEffect, useRef, useState } from "preact/hooks";
import { useShared } from "./shared";

/** What the service takes. */
const MAX_COMMENT_CHARACTERS = 2000;

/** After a rating: a word of thanks, and room to say more for those who want to. */
export function Comment({ done, onSend }: { done: boolean; onSend: (comment: string) => void }) {
  const { words } = useShared();
  const [comment, setComment] = useState("");
  const thanks = useRef<HTMLParagraphElement>(null);
  const sent = useRef(false);

  useEffect(() => {
    // The field that had the focus is gone.
    if (done && sent.current) thanks.current?.focus();
  }, [done]);

  function send(event: Event): void {
    event.preventDefault();
    if (!comment.trim()) return;
    sent.current = true;
    onSend(comment.trim());
  }

  if (done) {
    return (
      <p ref={thanks} class="remark" tabIndex={-1} role="status">
        {words.say("comment_thanks")}
      </p>
    );
  }
  return (
    <form class="comment" onSubmit={send}>
      <label>
        {words.say("comment_label")}
        <textarea
          rows={2}
          dir="auto"
          maxLength={MAX_COMMENT_CHARACTERS}
          value={comment}
          onInput={(event) => setComment(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="chip">
        {words.say("comment_send")}
      </button>
    </form>
  );
}
