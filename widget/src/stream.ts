import { createParser } from "eventsource-parser";
import { Trouble, troubleOfNetwork } from "./trouble";
import { parsed } from "./wire";

/** The service sends a comment line every 15 s; three of them missing means that nobody is there any more. */
const SILENCE_MILLISECONDS = 45_000;

export interface ServerEvent {
  name: string;
  data: unknown;
}

/** The events of a streamed response, in order. Throws Trouble "cut" when the connection breaks or falls silent. */
export async function* serverEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const ready: ServerEvent[] = [];
  const parser = createParser({
    onEvent: (event) => ready.push({ name: event.event ?? "message", data: parsed(event.data) }),
  });
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* ready.splice(0);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

async function withinSilence<T>(reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Trouble("cut")), SILENCE_MILLISECONDS);
  });
  try {
    return await Promise.race([reading, silence]);
  } catch (error) {
    if (error instanceof Trouble || (error instanceof DOMException && error.name === "AbortError")) throw error;
    throw troubleOfNetwork(true);
  } finally {
    clearTimeout(timer);
  }
}
