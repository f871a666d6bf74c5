const FOCUSABLE = "a[href], button:not([disabled]), textarea, [tabindex='0']";

/** Keep Tab inside `container`, for a panel that covers the whole page. */
export function wrapTab(event: KeyboardEvent, container: HTMLElement): void {
  if (event.key !== "Tab") return;
  const stops = [...container.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((stop) => stop.offsetParent !== null);
  const active = (container.getRootNode() as ShadowRoot).activeElement;
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (active === edge || active === container) {
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }
}

/** A finger: focusing the input would bring up a keyboard that hides the answer. */
export function touching(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** The panel covers the page at this width; the style sheets say the same. */
export function covering(): boolean {
  return matchMedia("(max-width: 30rem), (max-height: 26rem)").matches;
}
