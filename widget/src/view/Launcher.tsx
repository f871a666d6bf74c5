import type { RefObject } from "preact";
import { Icon } from "./icons";
import { useShared } from "./shared";

interface Props {
  button: RefObject<HTMLButtonElement | null>;
  title: string;
  hidden: boolean;
  onOpen: () => void;
}

/** The button in the corner. Hidden, not removed, while the panel is open: the focus comes back to it. */
export function Launcher({ button, title, hidden, onOpen }: Props) {
  const { words } = useShared();
  return (
    <button
      ref={button}
      type="button"
      class="launcher"
      part="launcher"
      hidden={hidden}
      aria-haspopup="dialog"
      aria-expanded={hidden}
      aria-label={words.say("open", { title })}
      onClick={onOpen}
    >
      <Icon name="ask" />
      <span dir="auto">{title}</span>
    </button>
  );
}
