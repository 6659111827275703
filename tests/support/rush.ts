// Nine o'clock: everybody of an account asks STS at once. Simulated time; what
// is sent again, and when, is decided by the program's own rules.
import type { Answer } from "../../src/sts/client.ts";
import { whyUnspent } from "../../src/sts/failures.ts";
import { NetworkError } from "../../src/sts/http.ts";
import { delayBefore } from "../../src/sts/issuer.ts";

/** What a rush is made of. Times are in milliseconds. */
export interface RushOptions {
  readonly people: number;
  /** Within which all of them begin. */
  readonly within: number;
  /** Requests that STS answers in a second; it throttles the others. */
  readonly perSecond: number;
  /** For an answer to come. */
  readonly latency: number;
  /** After which a run gives up. */
  readonly timeout: number;
  /** How many of the requests that are not throttled go wrong, from 0 to 1. */
  readonly mishaps: number;
  /** Numbers from 0 to 1. */
  readonly chance: () => number;
}

/** The people of one account, and the quota that it has by the service's documents. */
export const NINE_O_CLOCK = {
  people: 5_000,
  within: 1_000,
  perSecond: 600,
  latency: 100,
  timeout: 30_000,
  mishaps: 0,
} as const;

/** How it went. */
export interface Rush {
  /** When the last one had a session, in milliseconds. */
  readonly last: number;
  /** How many runs ended without one, and were begun anew with another code. */
  readonly startedOver: number;
  readonly requests: number;
  /** Requests whose code STS had taken already: there must be none. */
  readonly spentTwice: number;
}

interface Request {
  readonly at: number;
  readonly person: number;
  readonly code: number;
  /** Of this run. */
  readonly sent: number;
  readonly began: number;
}

/** What can become of a request, and whether STS has taken its code then. */
interface Outcome {
  readonly came: Answer | NetworkError;
  readonly spent: boolean;
}

function answer(status: number, code?: string): Answer {
  return {
    ...{ status, date: undefined, requestId: undefined },
    ...(code === undefined ? {} : { refusal: { code, message: "" } }),
  };
}

const GRANTED: Outcome = { came: answer(200), spent: true };
const THROTTLED: Outcome = { came: answer(400, "Throttling"), spent: false };
const MISHAPS: readonly Outcome[] = [
  {
    came: new NetworkError(
      new Error("client error (Connect): refused (os error 111)"),
    ),
    spent: false,
  },
  { came: new NetworkError(new Error("connection closed")), spent: true },
  { came: answer(502), spent: true },
  { came: answer(503, "ServiceUnavailable"), spent: true },
];

/** Lets everybody have a session, however often it takes. */
export function simulateRush(options: RushOptions): Rush {
  const { people, within, perSecond, latency, timeout, mishaps, chance } =
    options;
  const queue: Request[] = [];
  // The latest first, so that the next one is taken from the end.
  const push = (request: Request) => {
    const index = queue.findLastIndex(({ at }) => at >= request.at);
    queue.splice(index + 1, 0, request);
  };
  for (let person = 0; person < people; person++) {
    const at = chance() * within;
    push({ at, person, code: 0, sent: 1, began: at });
  }
  // A bucket that fills up evenly, as services do it.
  let tokens = perSecond;
  let filled = 0;
  const ask = (at: number): Outcome => {
    tokens = Math.min(perSecond, tokens + (at - filled) * perSecond / 1000);
    filled = at;
    if (tokens < 1) return THROTTLED;
    tokens--;
    const mishap = chance() < mishaps &&
      MISHAPS[Math.floor(chance() * MISHAPS.length)];
    return mishap || GRANTED;
  };
  const spent = new Set<string>();
  const rush = { last: 0, startedOver: 0, requests: 0, spentTwice: 0 };
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { at, person, code, sent, began } = next;
    rush.requests++;
    const name = `${person} ${code}`;
    if (spent.has(name)) rush.spentTwice++;
    const outcome = ask(at);
    if (outcome.spent) spent.add(name);
    if (outcome === GRANTED) {
      rush.last = Math.max(rush.last, at + latency);
      continue;
    }
    // The clocks of this world are right.
    const reason = whyUnspent(outcome.came, new Date(0));
    const delay = reason && delayBefore(reason, sent, chance);
    const again = at + latency + (delay ?? 0);
    if (delay !== undefined && again < began + timeout) {
      push({ at: again, person, code, sent: sent + 1, began });
    } else {
      // A person reads the message, and types the code of the next half minute.
      rush.startedOver++;
      const at = again + 15_000 * chance();
      push({ at, person, code: code + 1, sent: 1, began: at });
    }
  }
  return rush;
}

/** Numbers that are the same in every run, from 0 to 1. */
export function seededChance(seed: number): () => number {
  // A linear congruential generator, with the constants of Numerical Recipes.
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
