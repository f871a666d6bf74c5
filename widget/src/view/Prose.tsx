import { type ComponentChildren, type VNode, h } from "preact";
import { useMemo } from "preact/hooks";
import { who } from "../clipboard";
import { type ElementName, type Piece, markdownTree, markersIn } from "../markdown";
import type { Citation } from "../wire";
import { AidLine } from "./AidLine";
import { useShared } from "./shared";

interface Props {
  markdown: string;
  citations: readonly Citation[];
  /** The marker whose card is open. */
  open: number | undefined;
  onOpen: (citation: Citation, anchor: HTMLElement) => void;
}

/** Each takes its direction from its own words; a list as a whole, because its numbers stand beside its items. */
const BLOCKS = new Set<ElementName>(["p", "ul", "h3", "h4", "h5", "h6", "th", "td"]);

/** A stretch of an answer, drawn as elements of our own, its markers as buttons. No HTML is set. */
export function Prose({ markdown, citations, open, onOpen }: Props) {
  const tree = useMemo(() => markdownTree(markdown), [markdown]);
  const cited = (marker: number) => citations.find((citation) => citation.marker === marker);

  function draw(piece: Piece): ComponentChildren {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "marker") {
      const citation = cited(piece.marker);
      if (!citation) return `[${piece.marker}]`;
      return <Marker citation={citation} expanded={open === piece.marker} onOpen={onOpen} />;
    }
    const children = piece.children.map(draw);
    if (piece.kind === "link") {
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {children}
        </a>
      );
    }
    if (piece.name === "blockquote")
      return <Quotation markers={markersIn(piece.children)} cited={cited} children={children} />;
    if (piece.name === "table") return <div class="table">{h("table", { dir: "auto" }, children)}</div>;
    if (piece.start !== undefined)
      return (
        <ol start={piece.start} dir="auto">
          {children}
        </ol>
      );
    return h(piece.name, BLOCKS.has(piece.name) ? { dir: "auto" } : null, ...children);
  }

  return <>{tree.map(draw)}</>;
}

interface QuotationProps {
  markers: readonly number[];
  cited: (marker: number) => Citation | undefined;
  children: ComponentChildren;
}

/** A block quote is in the language of what it quotes, and is followed by the aid for those who do not read that. */
function Quotation({ markers, cited, children }: QuotationProps): VNode {
  const citation = markers[0] === undefined ? undefined : cited(markers[0]);
  const aid = markers.length === 1 ? (citation?.translation ?? citation?.gloss) : null;
  return (
    <figure dir="auto">
      <blockquote lang={citation?.language} dir="auto">
        {children}
      </blockquote>
      {aid && <AidLine aid={aid} />}
    </figure>
  );
}

interface MarkerProps {
  citation: Citation;
  expanded: boolean;
  onOpen: (citation: Citation, anchor: HTMLElement) => void;
}

export function Marker({ citation, expanded, onOpen }: MarkerProps) {
  const { words } = useShared();
  return (
    <button
      type="button"
      class="marker"
      part="marker"
      lang={words.language}
      aria-haspopup="dialog"
      aria-expanded={expanded}
      aria-label={words.say("marker", { marker: citation.marker, who: who(citation, words) })}
      onClick={(event) => onOpen(citation, event.currentTarget)}
    >
      {citation.marker}
    </button>
  );
}
