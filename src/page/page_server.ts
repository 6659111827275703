// Serves the pages of open questions on this machine, and listens only while there are any.
import { readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { Secret } from "../secret.ts";
import type { Question } from "./question.ts";
import { readForm } from "./read_form.ts";
import { renderPage } from "./render.ts";
import { chooseLanguage } from "./words.ts";

const LOOPBACK = "127.0.0.1";

/** A page that is there until it is closed. */
export interface Page {
  /** Where a person finds it. Who knows it may answer the question. */
  readonly url: string;
  close(): void;
}

interface Listener {
  readonly server: Deno.HttpServer<Deno.NetAddr>;
  /** What a browser must name, in `Host`. */
  readonly host: string;
}

/** The pages of one process. */
export class PageServer {
  readonly #clock: Clock;
  readonly #questions = new Map<string, Question>();
  #listener: Listener | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Shows `question` on a page of its own.
   *
   * @throws {UpdstsError} `CODE_MISSING` if this machine does not let us listen
   */
  show(question: Question): Page {
    const { host } = this.#listener ??= this.#listen();
    const path = `/${randomName()}`;
    this.#questions.set(path, question);
    return { url: `http://${host}${path}`, close: () => this.#close(path) };
  }

  #close(path: string): void {
    this.#questions.delete(path);
    if (this.#questions.size > 0) return;
    // What is being answered is answered still.
    this.#listener?.server.shutdown().catch(() => {});
    this.#listener = undefined;
  }

  #listen(): Listener {
    let host = "";
    const server = serve(async (request, { remoteAddr }) => {
      const response = isOurs(remoteAddr)
        ? await this.#answer(request, host)
        : notFound();
      // So that no idle connection keeps the listener open.
      response.headers.set("Connection", "close");
      return response;
    });
    host = `${LOOPBACK}:${server.addr.port}`;
    return { server, host };
  }

  async #answer(request: Request, host: string): Promise<Response> {
    const { pathname, search, host: named } = new URL(request.url);
    const question = this.#questions.get(pathname);
    if (
      question === undefined || search !== "" ||
      named !== host || request.headers.get("host") !== host ||
      isEmbedded(request)
    ) return notFound();
    switch (request.method) {
      case "GET":
        return this.#page(question, request);
      case "POST":
        if (!isFromThePage(request, `http://${host}`)) return refused(403);
        return await this.#take(question, request);
      default:
        return refused(405);
    }
  }

  async #take(question: Question, request: Request): Promise<Response> {
    const form = await readForm(request);
    if (typeof form === "number") return refused(form);
    if (form.has("decline")) question.decline();
    else {
      const code = readCode(form.get("code") ?? "");
      if (code === undefined) question.sendMalformed();
      else await question.send(new Secret(code));
    }
    return this.#page(question, request);
  }

  #page({ prompt, state }: Question, { headers }: Request): Response {
    const nonce = randomName();
    const language = chooseLanguage(headers.get("accept-language"));
    const now = this.#clock.now();
    return new Response(
      renderPage({ prompt, state, language, now, nonce }),
      {
        headers: {
          ...GUARDS,
          "Content-Type": "text/html; charset=utf-8",
          "Content-Language": language,
          "Content-Security-Policy":
            `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; ` +
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        },
      },
    );
  }
}

/** What all answers tell a browser. */
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

/** Listens on a free port of this machine alone. */
function serve(
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  const server = tryToServe(handler);
  // The variable DENO_SERVE_ADDRESS goes before what we ask for.
  if (
    server?.addr.transport === "tcp" && server.addr.hostname === LOOPBACK
  ) {
    server.unref();
    return server;
  }
  server?.shutdown().catch(() => {});
  throw new UpdstsError(
    "CODE_MISSING",
    "Cannot get a session: no TOTP code was given, and this machine lets no page be opened to ask for one",
  );
}

function tryToServe(handler: Deno.ServeHandler<Deno.NetAddr>) {
  try {
    return Deno.serve({
      hostname: LOOPBACK,
      port: 0,
      onListen: () => {},
      onError: () => refused(500),
    }, handler);
  } catch {
    return undefined;
  }
}

function isOurs({ hostname }: Deno.NetAddr): boolean {
  return hostname === LOOPBACK;
}

/** Whether a browser would show it inside of something else. */
function isEmbedded({ headers }: Request): boolean {
  const destination = headers.get("sec-fetch-dest");
  return destination !== null && destination !== "document";
}

/** Whether a browser says that the form was sent from the page itself. */
function isFromThePage({ headers }: Request, origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  return headers.get("origin") === origin &&
    (site === null || site === "same-origin");
}

/** Alike for all that is not there, so that guessing tells nothing. */
function notFound(): Response {
  return refused(404);
}

function refused(status: number): Response {
  return new Response(null, { status, headers: GUARDS });
}

/** 128 random bits. */
function randomName(): string {
  return crypto.getRandomValues(new Uint8Array(16)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}
