// One refresh in memory, a clock to turn, and HTTP on a bare socket: what no browser would send.
import assert from "node:assert/strict";
import type { UpdstsError } from "../../src/errors.ts";
import {
  PendingCodes,
  type PendingRefresh,
} from "../../src/page/pending_codes.ts";
import type { CodeRequest } from "../../src/page/question.ts";
import { refreshSession } from "../../src/sessions/refresh_session.ts";
import {
  exampleSession,
  MemoryConfig,
  MemoryFile,
  MemoryIssuer,
  MemoryLog,
} from "./memory_ports.ts";

const DEVICE = "arn:aws:iam::123456789012:mfa/alice";
const GIVEN = `[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
mfa_device_arn = ${DEVICE}
`;

/** Refreshes in memory that wait for a code; `now` can be set. */
export class PageScenario implements AsyncDisposable {
  now: Date = new Date("2026-01-02T02:04:05Z");
  /** What STS answers in turn; a session, when all have been given. */
  readonly answers: UpdstsError[] = [];
  /** What STS waits for before it answers. */
  readonly before: Promise<unknown>[] = [];
  readonly issuer: MemoryIssuer = new MemoryIssuer();
  readonly file: MemoryFile = new MemoryFile(GIVEN);
  readonly pendingCodes: PendingCodes;
  readonly #outcomes: Promise<unknown>[] = [];

  constructor() {
    this.pendingCodes = new PendingCodes({ now: () => this.now });
    const { issue } = this.issuer;
    this.issuer.issue = async (request) => {
      this.issuer.answer = this.answers.shift() ?? exampleSession();
      const issued = issue.call(this.issuer, request);
      issued.catch(() => {});
      await this.before.shift();
      return await issued;
    };
  }

  /** Asks for a session under `key`. */
  begin(
    key = "key",
    request: CodeRequest = { file: undefined, client: "Claude Code" },
  ): PendingRefresh {
    const ports = {
      file: this.file,
      config: new MemoryConfig(),
      issuer: this.issuer,
      clock: { now: () => this.now },
      log: new MemoryLog(),
    };
    const pending = this.pendingCodes.begin(
      key,
      request,
      (codes) => refreshSession({ ...ports, codes }, { profile: "default" }),
    );
    this.#outcomes.push(pending.outcome);
    return pending;
  }

  /** The same; and the page on which the code is typed. */
  async ask(
    key?: string,
    request?: CodeRequest,
  ) {
    const pending = this.begin(key, request);
    const page = await pending.opened;
    return { url: new URL(page.url), page, pending };
  }

  /** The codes that STS was asked with. */
  get codes(): string[] {
    return this.issuer.requests.map(({ code }) => code.reveal());
  }

  /** Turns the clock. */
  wait(milliseconds: number): void {
    this.now = new Date(this.now.getTime() + milliseconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.pendingCodes.close();
    await Promise.all(this.#outcomes);
  }
}

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A request; what is not named is as a browser sends it. */
export interface RawRequest {
  readonly method?: string;
  readonly path?: string;
  /** In place of a browser's own, or besides; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** Sends exactly this, and reads one answer. */
export async function send(
  url: URL,
  { method = "GET", path = url.pathname, headers, body }: RawRequest = {},
): Promise<RawAnswer> {
  const lines = Object.entries({
    Host: url.host,
    "Sec-Fetch-Dest": "document",
    ...(body === undefined ? {} : {
      Origin: url.origin,
      "Content-Type": "application/x-www-form-urlencoded",
      "Content-Length": String(body.length),
      "Sec-Fetch-Site": "same-origin",
    }),
    ...headers,
  }).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return await sendRaw(
    url,
    `${method} ${path} HTTP/1.1\r\n${lines}\r\n${body ?? ""}`,
  );
}

/** The same for any bytes. */
export async function sendRaw(url: URL, text: string): Promise<RawAnswer> {
  using connection = await Deno.connect({
    hostname: url.hostname,
    port: Number(url.port),
  });
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) {
    sent += await connection.write(bytes.subarray(sent));
  }
  let answer = "";
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  for (;;) {
    const length = await connection.read(buffer);
    if (length === null) break;
    answer += decoder.decode(buffer.subarray(0, length), { stream: true });
    if (isWhole(answer)) break;
  }
  const [head = "", body = ""] = answer.split(/\r\n\r\n([^]*)/, 2);
  const [statusLine = "", ...rest] = head.split("\r\n");
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: new Headers(
      rest.map((line): [string, string] => {
        const [, name = "", value = ""] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
        return [name, value];
      }),
    ),
    body,
  };
}

/** Whether as many bytes have come as were promised. */
function isWhole(answer: string): boolean {
  const [head = "", body] = answer.split(/\r\n\r\n([^]*)/, 2);
  if (body === undefined) return false;
  const [, promised = "0"] = /^content-length: (\d+)/im.exec(head) ?? [];
  return new TextEncoder().encode(body).byteLength >= Number(promised);
}

/** Sends the page's form as a browser does, and goes where it is led. */
export async function submit(
  url: URL,
  fields: Record<string, string>,
): Promise<RawAnswer> {
  const body = new URLSearchParams(fields).toString();
  const answer = await send(url, { method: "POST", body });
  if (answer.status !== 303) {
    // A reload would send it again.
    assert.doesNotMatch(answer.body, /<form/);
    return answer;
  }
  assert.equal(answer.headers.get("location"), url.pathname);
  return await send(url);
}

/** Types `code` and sends it. */
export function type(url: URL, code: string): Promise<RawAnswer> {
  return submit(url, { code });
}

/** Fails unless no code is taken there any more: the page is over, or the server is. */
export async function assertClosed(url: URL): Promise<void> {
  const page = await send(url).catch((error) => {
    assert(
      error instanceof Deno.errors.ConnectionRefused ||
        error instanceof Deno.errors.ConnectionReset,
      String(error),
    );
  });
  if (page === undefined) return;
  assert.equal(page.status, 200);
  assert.doesNotMatch(page.body, /<form|one-time-code/);
}
