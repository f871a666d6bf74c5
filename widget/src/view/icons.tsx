/** Drawn for this project, on a grid of 24, in the colour of the text around them. */
const PATHS = {
  ask: "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-4.5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2Z M8 9.5h8 M8 12.8h5",
  close: "M6 6l12 12 M18 6 6 18",
  send: "M12 19V5 M5.5 11.5 12 5l6.5 6.5",
  stop: "M7.5 7.5h9v9h-9z",
  fresh: "M12 6v12 M6 12h12",
  copy: "M9 9h10v11H9z M5 15V4h10",
  done: "M5 12.5l4.5 4.5L19 7.5",
  up: "M7 11v9H4v-9z M7 11l4-7c1.6 0 2.5 1 2.2 2.6L12.6 10H18a2 2 0 0 1 2 2.3l-1 6A2 2 0 0 1 17 20H7",
  down: "M17 13V4h3v9z M17 13l-4 7c-1.6 0-2.5-1-2.2-2.6l.6-3.4H6a2 2 0 0 1-2-2.3l1-6A2 2 0 0 1 7 4h10",
  again: "M19 12a7 7 0 1 1-2.2-5.1 M19.5 3.5V8H15",
  go: "M8 16 16 8 M9.5 8H16v6.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
