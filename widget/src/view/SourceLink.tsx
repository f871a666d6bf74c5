import { Icon } from "./icons";
import { useShared } from "./shared";

/** The way to the source page at the quoted words. */
export function SourceLink({ url }: { url: string }) {
  const { words, service, newTab } = useShared();
  const address = service.link(url);
  if (!address) return null;
  return (
    <a class="source-link" part="source-link" href={address} {...(newTab && { target: "_blank", rel: "noopener" })}>
      {words.say("source")}
      <Icon name="go" />
      {newTab && <span class="hidden"> {words.say("new_tab")}</span>}
    </a>
  );
}
