import { useId } from "preact/hooks";
import type { Citation } from "../wire";
import { Marker } from "./Prose";
import { useShared } from "./shared";

interface Props {
  citations: readonly Citation[];
  onOpen: (citation: Citation, anchor: HTMLElement) => void;
}

/** The documents that an answer rests on, each with its markers. */
export function Sources({ citations, onOpen }: Props) {
  const { words } = useShared();
  const id = useId();
  if (citations.length === 0) return null;
  const documents = grouped(citations);
  const heading =
    documents.size === 1 ? words.say("sources_one") : words.say("sources_many", { count: documents.size });
  return (
    <section class="sources" part="sources" aria-labelledby={id}>
      <h3 id={id}>{heading}</h3>
      <ul>
        {[...documents.values()].map((cited) => {
          const first = cited[0];
          if (!first) return null;
          return (
            <li key={first.documentId}>
              <Title citation={first} />
              <span class="where">{words.languageName(first.titleLanguage)}</span>
              <span class="markers">
                {cited.map((citation) => (
                  <Marker key={citation.marker} citation={citation} expanded={false} onOpen={onOpen} />
                ))}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Title({ citation }: { citation: Citation }) {
  const { service, newTab } = useShared();
  const address = service.link(citation.url);
  const title = (
    <cite lang={citation.titleLanguage} dir="auto">
      {citation.title}
    </cite>
  );
  if (!address) return title;
  return (
    <a href={address} {...(newTab && { target: "_blank", rel: "noopener" })}>
      {title}
    </a>
  );
}

function grouped(citations: readonly Citation[]): Map<string, Citation[]> {
  const found = new Map<string, Citation[]>();
  for (const citation of citations)
    found.set(citation.documentId, [...(found.get(citation.documentId) ?? []), citation]);
  return found;
}
