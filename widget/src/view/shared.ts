import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Service } from "../service";
import type { Words } from "../strings";
import type { Citation } from "../wire";

/** What every view may need and none changes. */
export interface Shared {
  words: Words;
  service: Service;
  /** Source pages replace the page at "/", which is restored on the way back; elsewhere they open beside it. */
  newTab: boolean;
  onCitation: (citation: Citation) => void;
}

export const SharedContext = createContext<Shared | null>(null);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (!shared) throw new Error("expected a view inside App");
  return shared;
}
