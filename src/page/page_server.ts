// Serves the page of each question: checks requests and sets security headers.
import { UpdstsError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import {
  type LoopbackAnswer,
  type LoopbackRequest,
  LoopbackServer,
} from "./loopback_server.ts";
import type { Question } from "./question.ts";
import { renderPage } from "./render.ts";
import { chooseLanguage } from "./words.ts";

/** How many pages are kept: a reload of an old one shows its outcome. */
const MAX_PAGES = 100;

const SECURITY_HEADERS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // With no-referrer, browsers would post forms without an origin.
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

export class PageServer {
  readonly #clock: Clock;
  readonly #questions = new Map<string, Question>();
  /** New pages are on the last one. */
  readonly #servers: LoopbackServer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Creates a page for `question` and returns a function for its current URL.
   * The port stays open until {@linkcode close}: another program on that port
   * would receive a code from a form that is still open in a browser.
   *
   * @throws {UpdstsError} `CODE_MISSING` if no port can be opened
   */
  show(question: Question): () => string {
    for (const [path, { state }] of this.#questions) {
      if (this.#questions.size < MAX_PAGES) break;
      if (state.kind === "ended") this.#questions.delete(path);
    }
    const path = `/${randomName()}`;
    const url = () => `http://${this.#listening().host}${path}`;
    url();
    this.#questions.set(path, question);
    return url;
  }

  close(): void {
    for (const server of this.#servers.splice(0)) server.close();
  }

  #listening(): LoopbackServer {
    const last = this.#servers.at(-1);
    if (last?.failing === false) return last;
    try {
      const server: LoopbackServer = new LoopbackServer((request) =>
        this.#answer(request, server.host)
      );
      this.#servers.push(server);
      return server;
    } catch {
      throw new UpdstsError(
        "CODE_MISSING",
        "Cannot get a session: no TOTP code was given, and updsts cannot open a page on this machine to ask for one",
      );
    }
  }

  async #answer(
    request: LoopbackRequest | number,
    host: string,
  ): Promise<LoopbackAnswer> {
    if (typeof request === "number") return refused(request);
    const { method, path, headers, body } = request;
    const question = this.#questions.get(path);
    // The same response for all of these: guessing a path reveals nothing.
    if (
      question === undefined || headers.get("host") !== host ||
      isEmbedded(headers)
    ) return refused(404);
    if (method === "GET") {
      await question.settled();
      return this.#page(question, headers);
    }
    if (method !== "POST") return refused(405);
    if (!isSameOrigin(headers, `http://${host}`)) return refused(403);
    if (headers.get("content-type") !== "application/x-www-form-urlencoded") {
      return refused(415);
    }
    const form = new URLSearchParams(body);
    const { kind } = form.has("decline")
      ? await question.decline()
      : await question.submit(form.get("code") ?? "");
    // A redirect, so that a reload does not submit the code again. The outcome
    // is sent at once, because the client may end the server when it has it.
    return kind === "open"
      ? { status: 303, headers: { ...SECURITY_HEADERS, Location: path } }
      : this.#page(question, headers);
  }

  #page(question: Question, headers: Headers): LoopbackAnswer {
    const { state, timeLeft } = question;
    const nonce = randomName();
    const language = chooseLanguage(headers.get("accept-language"));
    return {
      status: 200,
      headers: {
        ...SECURITY_HEADERS,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": language,
        "Content-Security-Policy":
          `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; ` +
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        // Reloads the page when the question expires.
        ...(state.kind === "open"
          ? { Refresh: String(Math.ceil(timeLeft / 1000)) }
          : {}),
      },
      body: renderPage(question, language, this.#clock.now(), nonce),
    };
  }
}

/** Whether the page would be shown in a frame or loaded as a resource. */
function isEmbedded(headers: Headers): boolean {
  const destination = headers.get("sec-fetch-dest");
  return destination !== null && destination !== "document";
}

/** Whether the browser says that the page itself submitted the form. */
function isSameOrigin(headers: Headers, origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  return headers.get("origin") === origin &&
    (site === null || site === "same-origin");
}

function refused(status: number): LoopbackAnswer {
  return { status, headers: SECURITY_HEADERS };
}

/** 128 random bits, as base64url. */
function randomName(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
