import { KildeChat, setScriptBase } from "./element";

const NAME = "kilde-chat";

// Only while the script runs does the browser say which element it came from.
const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript : null;

function mount(data: DOMStringMap): void {
  // A page that has the element where it wants it needs no launcher beside it.
  if (document.querySelector(NAME)) return;
  const element = document.createElement(NAME);
  Object.assign(element.dataset, data);
  const direction = script?.getAttribute("dir");
  if (direction) element.setAttribute("dir", direction);
  document.body.append(element);
}

if (!customElements.get(NAME)) {
  if (script?.src) setScriptBase(new URL(".", script.src).href);
  customElements.define(NAME, KildeChat);
  const data = { ...script?.dataset };
  if (document.readyState === "loading")
    document.addEventListener("DOMContentLoaded", () => mount(data), { once: true });
  else mount(data);
}
