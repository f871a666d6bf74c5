/** What can go wrong between a question and its answer, as one small set that the views have a sentence for. */

export type TroubleKind = "offline" | "unreachable" | "limited" | "long" | "unavailable" | "refused" | "failed" | "cut";

export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    /** For "limited": when another try makes sense. */
    readonly seconds = 0,
    /** The HTTP status, or 0. */
    readonly status = 0,
  ) {
    super(kind);
  }
}

const KIND_OF: Readonly<Record<number, TroubleKind>> = {
  401: "refused",
  403: "refused",
  413: "long",
  422: "long",
  429: "limited",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

export function troubleOfStatus(status: number, retryAfter: string | null = null): Trouble {
  const seconds = Number.parseInt(retryAfter ?? "", 10);
  return new Trouble(KIND_OF[status] ?? "failed", Number.isFinite(seconds) ? Math.min(seconds, 3600) : 0, status);
}

/** A fetch that threw: the browser knows whether it is offline at all. */
export function troubleOfNetwork(begun: boolean): Trouble {
  if (!navigator.onLine) return new Trouble("offline");
  return new Trouble(begun ? "cut" : "unreachable");
}
