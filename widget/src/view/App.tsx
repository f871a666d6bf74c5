import { useLayoutEffect, useRef } from "preact/hooks";
import type { Conversation, Snapshot } from "../conversation";
import type { Options } from "../options";
import type { Service } from "../service";
import type { Citation } from "../wire";
import { Launcher } from "./Launcher";
import { Panel } from "./Panel";
import { SharedContext } from "./shared";

interface Props {
  options: Options;
  service: Service;
  conversation: Conversation;
  snapshot: Snapshot;
  open: boolean;
  onOpen: () => void;
  onClose: () => void;
  onCitation: (citation: Citation) => void;
}

export function App({ options, service, conversation, snapshot, open, onOpen, onClose, onCitation }: Props) {
  const { words, mode, theme, position } = options;
  const page = mode === "page";
  const launcher = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(open);
  useLayoutEffect(() => {
    if (wasOpen.current && !open) launcher.current?.focus();
    wasOpen.current = open;
  }, [open]);
  return (
    <SharedContext.Provider value={{ words, service, newTab: !page, onCitation }}>
      <div class={`root ${mode} ${theme} ${position}`} lang={words.language} part="root">
        {!page && <Launcher button={launcher} title={options.title} hidden={open} onOpen={onOpen} />}
        {(page || open) && (
          <Panel options={options} conversation={conversation} snapshot={snapshot} onClose={page ? null : onClose} />
        )}
      </div>
    </SharedContext.Provider>
  );
}
