import { useLayoutEffect, useRef } from "preact/hooks";
import type { Conversation, Snapshot } from "../conversation";
import { covering, touching, wrapTab } from "../focus";
import type { Options } from "../options";
import { Announcer } from "./Announcer";
import { Composer, type ComposerHandle } from "./Composer";
import { Log } from "./Log";
import { Icon } from "./icons";
import { useShared } from "./shared";

interface Props {
  options: Options;
  conversation: Conversation;
  snapshot: Snapshot;
  /** Null where the widget is the page, which cannot be closed. */
  onClose: (() => void) | null;
}

export function Panel({ options, conversation, snapshot, onClose }: Props) {
  const { words } = useShared();
  const panel = useRef<HTMLElement>(null);
  const composer = useRef<ComposerHandle>(null);
  const focusComposer = () => composer.current?.focus();
  const modal = onClose !== null && covering();

  useLayoutEffect(() => {
    if (!onClose) return;
    if (touching()) panel.current?.focus();
    else focusComposer();
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape" && onClose) {
      event.preventDefault();
      onClose();
    } else if (modal && panel.current) {
      wrapTab(event, panel.current);
    }
  }

  function startAnew(): void {
    conversation.reset();
    focusComposer();
  }

  const fresh = snapshot.turns.length > 0 && (
    <button type="button" class="quiet fresh" title={words.say("new_conversation")} onClick={startAnew}>
      <Icon name="fresh" />
      <span class="hidden">{words.say("new_conversation")}</span>
    </button>
  );
  return (
    <section
      ref={panel}
      class="panel"
      part="panel"
      tabIndex={-1}
      role={onClose ? "dialog" : "group"}
      aria-modal={modal || undefined}
      aria-label={options.title}
      onKeyDown={onKeyDown}
    >
      {onClose && (
        <header part="header">
          <h2 dir="auto">{options.title}</h2>
          {fresh}
          <button type="button" class="quiet" title={words.say("close")} onClick={onClose}>
            <Icon name="close" />
            <span class="hidden">{words.say("close")}</span>
          </button>
        </header>
      )}
      <Log options={options} conversation={conversation} snapshot={snapshot} focusComposer={focusComposer} />
      <Composer
        ref={composer}
        busy={conversation.busy}
        before={onClose ? null : fresh}
        onAsk={(question) => void conversation.ask(question)}
        onStop={() => conversation.stop()}
      />
      <Announcer turns={snapshot.turns} />
    </section>
  );
}
