// Tells who waits at a terminal that it is STS that takes its time.
import type { Log, SessionIssuer } from "../ports.ts";

/** How long nobody wonders, in milliseconds. */
const UNNOTICED = 1_000;

/** `issuer`, with a word to `log` when its answer takes longer than a second. */
export function tellWaiting(issuer: SessionIssuer, log: Log): SessionIssuer {
  return {
    issue: async (request) => {
      const timer = setTimeout(
        () => log.note(`Waiting for STS in ${request.region} ...`),
        UNNOTICED,
      );
      try {
        return await issuer.issue(request);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
