// Serves the page of each question: checks who may read it and submit its form, and sets its headers.
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

/** The number of pages that are kept: an old page says that it has ended. */
const MAX_PAGES = 100;

/** The headers of all answers. */
const GUARDS = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  // Without any, browsers would name no origin when they post.
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
} as const;

/** The pages of one process. */
export class PageServer {
  readonly #clock: Clock;
  readonly #questions = new Map<string, Question>();
  /** The last is the one whose address is handed out. */
  readonly #servers: LoopbackServer[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Shows `question` on a page of its own, and says at which address it is
   * now. The port stays ours until {@linkcode close}: who took it next would be
   * sent the code that is typed into a form which still stands in a browser.
   *
   * @throws {UpdstsError} `CODE_MISSING` if this machine does not let us listen
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

  /** Stops listening. */
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
        "Cannot get a session: no TOTP code was given, and this machine lets no page be opened to ask for one",
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
    // Alike for all that is not there, so that guessing tells nothing.
    if (
      question === undefined || headers.get("host") !== host ||
      isEmbedded(headers)
    ) return refused(404);
    if (method === "GET") {
      await question.settled();
      return this.#page(question, headers);
    }
    if (method !== "POST") return refused(405);
    if (!isFromThePage(headers, `http://${host}`)) return refused(403);
    if (headers.get("content-type") !== "application/x-www-form-urlencoded") {
      return refused(415);
    }
    const form = new URLSearchParams(body);
    const { kind } = form.has("decline")
      ? await question.decline()
      : await question.submit(form.get("code") ?? "");
    // A reload must not send the code again. The outcome is told at once: the
    // client may end the server as soon as it has it.
    return kind === "open"
      ? { status: 303, headers: { ...GUARDS, Location: path } }
      : this.#page(question, headers);
  }

  #page(question: Question, headers: Headers): LoopbackAnswer {
    const { state, timeLeft } = question;
    const nonce = randomName();
    const language = chooseLanguage(headers.get("accept-language"));
    return {
      status: 200,
      headers: {
        ...GUARDS,
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": language,
        "Content-Security-Policy":
          `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; ` +
          "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        // When the time is over, the form goes: a code would not be taken.
        ...(state.kind === "open"
          ? { Refresh: String(Math.ceil(timeLeft / 1000)) }
          : {}),
      },
      body: renderPage(question, language, this.#clock.now(), nonce),
    };
  }
}

/** Whether a browser would show it inside of something else. */
function isEmbedded(headers: Headers): boolean {
  const destination = headers.get("sec-fetch-dest");
  return destination !== null && destination !== "document";
}

/** Whether a browser says that the form was sent from the page itself. */
function isFromThePage(headers: Headers, origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  return headers.get("origin") === origin &&
    (site === null || site === "same-origin");
}

function refused(status: number): LoopbackAnswer {
  return { status, headers: GUARDS };
}

/** 128 random bits. */
function randomName(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
