import type { ComponentChildren, Ref } from "preact";
import { useImperativeHandle, useLayoutEffect, useRef, useState } from "preact/hooks";
import { MAX_MESSAGE_CHARACTERS } from "../conversation";
import { touching } from "../focus";
import { Icon } from "./icons";
import { useShared } from "./shared";

export interface ComposerHandle {
  focus(): void;
}

interface Props {
  ref?: Ref<ComposerHandle>;
  busy: boolean;
  /** What stands beside the field. */
  before: ComponentChildren;
  onAsk: (question: string) => void;
  onStop: () => void;
}

/** Where the question is written. What was written is never lost to an error. */
export function Composer({ ref, busy, before, onAsk, onStop }: Props) {
  const { words } = useShared();
  const area = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState("");
  const [empty, setEmpty] = useState(false);
  // The service counts code points, not UTF-16 units.
  const over = draft.length > MAX_MESSAGE_CHARACTERS && [...draft.trim()].length > MAX_MESSAGE_CHARACTERS;
  const problem = over ? words.say("too_long") : empty ? words.say("error_empty") : "";
  useImperativeHandle(ref ?? null, () => ({ focus: () => area.current?.focus() }), []);

  useLayoutEffect(() => {
    // As high as its text; the style sheet sets the limits.
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);

  function submit(event: Event): void {
    event.preventDefault();
    if (busy) return onStop();
    if (over) return area.current?.focus();
    if (!draft.trim()) {
      setEmpty(true);
      return area.current?.focus();
    }
    onAsk(draft);
    setDraft("");
    if (touching()) area.current?.blur();
    else area.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // Enter also ends the writing of a word in Japanese, Chinese or Korean; 229 is what Safari then reports.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!busy) submit(event);
  }

  return (
    <form class="composer" part="composer" onSubmit={submit}>
      <div class="row">
        {before}
        <div class={problem ? "field invalid" : "field"}>
          <textarea
            ref={area}
            rows={1}
            dir="auto"
            value={draft}
            placeholder={words.say("placeholder")}
            aria-label={words.say("label")}
            aria-invalid={problem ? true : undefined}
            aria-describedby="problem"
            autocomplete="off"
            onInput={(event) => {
              setDraft(event.currentTarget.value);
              setEmpty(false);
            }}
            onKeyDown={onKeyDown}
          />
          <button
            type="submit"
            part="send"
            class={busy ? "send busy" : "send"}
            title={words.say(busy ? "stop" : "send")}
          >
            <Icon name={busy ? "stop" : "send"} />
            <span class="hidden">{words.say(busy ? "stop" : "send")}</span>
          </button>
        </div>
      </div>
      <p id="problem" class="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
