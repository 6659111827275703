// Nine o'clock: everybody of an account asks STS at once. Simulated time, the real waiting times.
import { delayBefore, MAX_SENT } from "../../src/adapters/sts_retry.ts";

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
  /** Numbers from 0 to 1. */
  readonly chance: () => number;
}

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

/** Lets everybody have a session, however often it takes. */
export function simulateRush(options: RushOptions): Rush {
  const { people, within, perSecond, latency, timeout, chance } = options;
  const queue = new Queue();
  for (let person = 0; person < people; person++) {
    const at = chance() * within;
    queue.push({ at, person, code: 0, sent: 1, began: at });
  }
  const spent = new Set<string>();
  const rush = { last: 0, startedOver: 0, requests: 0, spentTwice: 0 };
  // A bucket that fills up evenly, as services do it.
  let tokens = perSecond;
  let filled = 0;
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { at, person, code, sent, began } = next;
    rush.requests++;
    tokens = Math.min(perSecond, tokens + (at - filled) * perSecond / 1000);
    filled = at;
    if (tokens >= 1) {
      tokens--;
      const name = `${person} ${code}`;
      if (spent.has(name)) rush.spentTwice++;
      spent.add(name);
      rush.last = Math.max(rush.last, at + latency);
      continue;
    }
    const again = at + latency + delayBefore("throttled", sent, chance);
    if (sent < MAX_SENT.throttled && again < began + timeout) {
      queue.push({ at: again, person, code, sent: sent + 1, began });
    } else {
      // A person reads the message, and types the code of the next half minute.
      rush.startedOver++;
      const at = again + 15_000 * chance();
      queue.push({ at, person, code: code + 1, sent: 1, began: at });
    }
  }
  return rush;
}

/** Requests by time, the earliest first. */
class Queue {
  readonly #heap: Request[] = [];

  push(request: Request): void {
    const heap = this.#heap;
    let index = heap.push(request) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.at <= request.at) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = request;
  }

  pop(): Request | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && right.at < left.at) child++;
      const smaller = heap[child];
      if (smaller === undefined || smaller.at >= last.at) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
    return first;
  }
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
