// Asks the client during a call, as the revisions of 2025 do.
import type {
  ElicitRequestFormParams,
  ElicitRequestURLParams,
} from "@modelcontextprotocol/server";
import type { ConnectedClient } from "./client.ts";

/** No person answers sooner: who does has none to ask. In milliseconds. */
export const QUICKEST_PERSON = 1_000;

/** What came of asking. */
export type Answer =
  | { readonly kind: "accept"; readonly content: Record<string, unknown> }
  /** A person does not want to. */
  | { readonly kind: "decline" | "cancel" }
  /** The client could not ask, or refused for a person that is not there. */
  | { readonly kind: "nobody" }
  /** `signal` came first. */
  | { readonly kind: "aborted" };

/** Servers whose first request has been used up. */
const opened = new WeakSet<object>();

/** Has the client ask, until `signal` ends it. */
export async function elicitNow(
  { server: { server } }: ConnectedClient,
  params: ElicitRequestFormParams | ElicitRequestURLParams,
  signal: AbortSignal,
): Promise<Answer> {
  if (!opened.has(server)) {
    opened.add(server);
    // Clients that bundle the SDK's first version cannot take back a request with the id 0.
    server.ping().catch(() => {});
  }
  const askedAt = performance.now();
  try {
    const { action, content } = await server.request(
      { method: "elicitation/create", params },
      // Never by the SDK's own clock: `signal` is what counts.
      { signal, timeout: 2 ** 31 - 1 },
    );
    if (action === "accept") return { kind: "accept", content: { ...content } };
    return performance.now() - askedAt < QUICKEST_PERSON
      ? { kind: "nobody" }
      : { kind: action };
  } catch {
    return { kind: signal.aborted ? "aborted" : "nobody" };
  }
}
