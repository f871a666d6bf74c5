import type { Aid } from "../wire";
import { useShared } from "./shared";

/** A gloss or translation, always named as the aid that it is. */
export function AidLine({ aid }: { aid: Aid }) {
  const { words } = useShared();
  const label = aid.by ? words.say("translation_by", { by: aid.by }) : words.say("gloss");
  return (
    <p class="aid" part="aid">
      <span class="aid-label" lang={words.language}>
        {label}
      </span>{" "}
      <span lang={aid.language} dir="auto">
        {aid.text}
      </span>
    </p>
  );
}
