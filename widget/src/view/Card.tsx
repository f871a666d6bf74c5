import { useLayoutEffect, useRef } from "preact/hooks";
import { who } from "../clipboard";
import type { Citation } from "../wire";
import { AidLine } from "./AidLine";
import { Icon } from "./icons";
import { SourceLink } from "./SourceLink";
import { useShared } from "./shared";

interface Props {
  citation: Citation;
  anchor: HTMLElement;
  onClose: (returnFocus: boolean) => void;
}

const GAP_PIXELS = 8;

/** One citation, in full: the words, who said them, where, and the way to the place. */
export function Card({ citation, anchor, onClose }: Props) {
  const { words } = useShared();
  const card = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = card.current;
    const turn = element?.offsetParent;
    if (!element || !turn) return;
    const outer = turn.getBoundingClientRect();
    const marker = anchor.getBoundingClientRect();
    const left = marker.left + marker.width / 2 - outer.left - element.offsetWidth / 2;
    element.style.left = `${Math.max(0, Math.min(left, outer.width - element.offsetWidth))}px`;
    element.style.top = `${marker.bottom - outer.top + GAP_PIXELS}px`;
  }, [anchor]);

  useLayoutEffect(() => {
    // What scrolls must be reachable by keyboard; what does not is no stop.
    const element = body.current;
    if (element && element.scrollHeight > element.clientHeight) element.tabIndex = 0;
  }, []);

  // Before anything is painted: an Escape that follows at once is meant for the card.
  useLayoutEffect(() => {
    card.current?.focus({ preventScroll: true });
    card.current?.scrollIntoView({ block: "nearest" });
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    onClose(true);
  }

  function onFocusOut(event: FocusEvent): void {
    const next = event.relatedTarget;
    // Another window has the focus, or the marker is being pressed, which closes the card itself.
    if (!document.hasFocus() || next === anchor) return;
    if (!(next instanceof Node) || !card.current?.contains(next)) onClose(false);
  }

  return (
    <div
      ref={card}
      class="card"
      part="card"
      role="dialog"
      tabIndex={-1}
      lang={words.language}
      aria-label={words.say("card", { marker: citation.marker })}
      onKeyDown={onKeyDown}
      onFocusOut={onFocusOut}
    >
      <div class="card-head">
        <p>
          <span class="number" aria-hidden="true">
            {citation.marker}
          </span>
          <strong dir="auto">{who(citation, words)}</strong>
        </p>
        <button type="button" class="quiet" title={words.say("close")} onClick={() => onClose(true)}>
          <Icon name="close" />
          <span class="hidden">{words.say("close")}</span>
        </button>
      </div>
      <div ref={body} class="card-body">
        <blockquote lang={citation.language || undefined} dir="auto">
          {citation.quote}
        </blockquote>
        {citation.translation && <AidLine aid={citation.translation} />}
        {citation.gloss && <AidLine aid={citation.gloss} />}
      </div>
      <p class="about">
        <cite lang={citation.titleLanguage || undefined} dir="auto">
          {citation.title}
        </cite>
        <span>{words.languageName(citation.titleLanguage || citation.language)}</span>
      </p>
      <SourceLink url={citation.url} />
    </div>
  );
}
