import { Marked, type MarkedToken, type Token, type Tokens } from "marked";

/** The elements that an answer may consist of. There is no other way from Markdown to the page than this list. */
export type ElementName =
  | "p"
  | "br"
  | "hr"
  | "strong"
  | "em"
  | "del"
  | "code"
  | "pre"
  | "blockquote"
  | "ul"
  | "ol"
  | "li"
  | "h3"
  | "h4"
  | "h5"
  | "h6"
  | "table"
  | "thead"
  | "tbody"
  | "tr"
  | "th"
  | "td";

export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "marker"; readonly marker: number }
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Piece[] }
  | {
      readonly kind: "element";
      readonly name: ElementName;
      readonly children: readonly Piece[];
      readonly start?: number;
    };

let parser: Marked | undefined;

/** Built at the first answer: the launcher must not wait for it. */
function marked(): Marked {
  parser ??= new Marked({
    gfm: true,
    extensions: [
      {
        // A token of its own, because after parsing an escaped \[1\] (a bracket in a quote) could not be told from it.
        name: "marker",
        level: "inline",
        start: (source: string) => source.search(/\[\d{1,3}\](?!\()/),
        tokenizer: (source: string): Tokens.Generic | undefined => {
          const found = /^\[(\d{1,3})\](?!\()/.exec(source);
          return found ? { type: "marker", raw: found[0] } : undefined;
        },
      },
    ],
    tokenizer: {
      // "[1]: address" would turn every marker [1] into a link of the answer's choosing.
      def: () => undefined,
    },
  });
  return parser;
}

/**
 * An answer's Markdown as a tree of allowed elements.
 *
 * No HTML is made, parsed or set anywhere: HTML in the Markdown is shown as the text that it is, pictures as their
 * description (a picture would tell its host who reads the answer), and links lead to http, https and mail only.
 */
export function markdownTree(markdown: string): Piece[] {
  try {
    return pieces(marked().lexer(markdown));
  } catch {
    // Nested too deeply for the parser, as no honest answer is.
    return [element("p", [{ kind: "text", text: markdown }])];
  }
}

export function plainText(tree: readonly Piece[]): string {
  return tree
    .map((piece) => (piece.kind === "text" ? piece.text : piece.kind === "marker" ? "" : plainText(piece.children)))
    .join("");
}

export function markersIn(tree: readonly Piece[]): number[] {
  return tree.flatMap((piece) =>
    piece.kind === "marker" ? [piece.marker] : "children" in piece ? markersIn(piece.children) : [],
  );
}

function element(name: ElementName, children: readonly Piece[] = []): Piece {
  return { kind: "element", name, children };
}

function text(words: string): Piece {
  return { kind: "text", text: words };
}

function pieces(tokens: readonly Token[] | undefined): Piece[] {
  return (tokens ?? []).flatMap((token) => piece(token as MarkedToken | MarkerToken));
}

interface MarkerToken {
  type: "marker";
  raw: string;
}

function piece(token: MarkedToken | MarkerToken): Piece | Piece[] {
  switch (token.type) {
    case "marker":
      return { kind: "marker", marker: Number(token.raw.slice(1, -1)) };
    case "paragraph":
      return element("p", pieces(token.tokens));
    case "heading":
      // The panel has its own headings; those of an answer begin below them.
      return element((["h3", "h3", "h4", "h5", "h6", "h6"] as const)[token.depth - 1] ?? "h6", pieces(token.tokens));
    case "blockquote":
    case "strong":
    case "em":
    case "del":
      return element(token.type, pieces(token.tokens));
    case "list":
      return list(token);
    case "checkbox":
      return text(token.checked ? "☑ " : "☐ ");
    case "code":
      return element("pre", [element("code", [text(token.text)])]);
    case "codespan":
      return element("code", [text(token.text)]);
    case "table":
      return table(token);
    case "br":
    case "hr":
      return element(token.type);
    case "link":
      return link(token.href, pieces(token.tokens));
    case "text":
      return "tokens" in token && token.tokens ? pieces(token.tokens) : text(decoded(token.text));
    case "escape":
    case "image":
      return text(token.text);
    case "html":
      return token.block ? element("p", [text(token.raw.trim())]) : text(token.raw);
    default:
      return [];
  }
}

function list({ ordered, start, items }: Tokens.List): Piece {
  const children = items.map((item) => element("li", pieces(item.tokens)));
  return ordered ? { kind: "element", name: "ol", children, start: Number(start) } : element("ul", children);
}

function table({ header, rows }: Tokens.Table): Piece {
  const row = (cells: readonly Tokens.TableCell[], name: "th" | "td") =>
    element(
      "tr",
      cells.map((cell) => element(name, pieces(cell.tokens))),
    );
  return element("table", [
    element("thead", [row(header, "th")]),
    element(
      "tbody",
      rows.map((cells) => row(cells, "td")),
    ),
  ]);
}

function link(href: string, children: Piece[]): Piece | Piece[] {
  try {
    // Absolute ones only: a relative address would lead into the host's page.
    const address = new URL(href);
    return /^(https?|mailto):$/.test(address.protocol) ? { kind: "link", href: address.href, children } : children;
  } catch {
    return children;
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/** The character references that Markdown writers use; the result is set as text, so none can become markup. */
function decoded(words: string): string {
  return words.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name) return ENTITIES[name] ?? whole;
      const code = decimal ? Number(decimal) : Number.parseInt(hex ?? "", 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}
