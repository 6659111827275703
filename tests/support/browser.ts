// A real browser without a window, driven by the DevTools protocol.
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { isInstalled } from "./command.ts";

/** The browsers that will do, by the names that systems give them. */
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The browser that is installed; undefined if none is. */
export const BROWSER: string | undefined = NAMES.find(isInstalled);

/** Why a test of a page is skipped; empty if it is not. */
export const WITHOUT_BROWSER: string = BROWSER === undefined
  ? " (skipped: chromium is not installed)"
  : "";

const message = z.looseObject({
  id: z.number().optional(),
  method: z.string().optional(),
  sessionId: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.looseObject({ message: z.string() }).optional(),
});

/** Waits until two frames have been drawn. */
const PAINTED =
  "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

/** One tab. */
export class Browser implements AsyncDisposable {
  /** What it asked the network for, data URLs aside. */
  readonly requests: string[] = [];
  /** What it complained about on its console. */
  readonly complaints: string[] = [];
  readonly #socket: WebSocket;
  readonly #process: Deno.ChildProcess;
  readonly #home: string;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown>>();
  #session: string | undefined;
  #lastId = 0;

  private constructor(
    socket: WebSocket,
    process: Deno.ChildProcess,
    home: string,
  ) {
    this.#socket = socket;
    this.#process = process;
    this.#home = home;
    socket.onmessage = ({ data }) =>
      this.#hear(message.parse(JSON.parse(String(data))));
  }

  /** Starts one with a profile of its own, for a person of that language. */
  static async start(
    { language = "en", dark = false, width = 800, height = 900, scale = 1 } =
      {},
  ): Promise<Browser> {
    assert(BROWSER !== undefined);
    const home = await Deno.makeTempDir({ dir: tmpdir(), prefix: "browser-" });
    const process = new Deno.Command(BROWSER, {
      args: [
        "--headless",
        // Its own sandbox refuses to run as root.
        ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--no-first-run",
        "--disable-background-networking",
        "--remote-debugging-port=0",
        `--user-data-dir=${join(home, "profile")}`,
        "about:blank",
      ],
      env: { HOME: home, TZ: "UTC" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const socket = new WebSocket(await debuggingAddress(process.stderr));
    await new Promise((resolve) => socket.onopen = resolve);
    const browser = new Browser(socket, process, home);
    const { targetId } = z.looseObject({ targetId: z.string() }).parse(
      await browser.#ask("Target.createTarget", { url: "about:blank" }),
    );
    const { sessionId } = z.looseObject({ sessionId: z.string() }).parse(
      await browser.#ask("Target.attachToTarget", { targetId, flatten: true }),
    );
    browser.#session = sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) {
      await browser.#ask(`${domain}.enable`);
    }
    await browser.#ask("Emulation.setUserAgentOverride", {
      userAgent: "updsts-tests",
      acceptLanguage: language,
    });
    await browser.#ask("Emulation.setEmulatedMedia", {
      features: [{
        name: "prefers-color-scheme",
        value: dark ? "dark" : "light",
      }],
    });
    await browser.#ask("Emulation.setDeviceMetricsOverride", {
      ...{ width, height, deviceScaleFactor: scale, mobile: false },
    });
    return browser;
  }

  /** Opens `url`, and waits until it is there. */
  async open(url: string): Promise<void> {
    await this.replaced(() => this.#ask("Page.navigate", { url }));
  }

  /** Types into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#ask("Input.insertText", { text });
  }

  /** Presses a key, and waits for the document that this brings, if it brings one. */
  async press(key: "Enter" | "Tab", { loads = false } = {}): Promise<void> {
    const press = () => this.#press(key);
    await (loads ? this.replaced(press) : press());
  }

  async #press(key: "Enter" | "Tab"): Promise<void> {
    const code = key === "Enter" ? 13 : 9;
    const event = { key, code: key, windowsVirtualKeyCode: code };
    await this.#ask("Input.dispatchKeyEvent", {
      ...event,
      type: "keyDown",
      ...(key === "Enter" ? { text: "\r" } : {}),
    });
    await this.#ask("Input.dispatchKeyEvent", { ...event, type: "keyUp" });
  }

  /** What an expression gives in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = z.looseObject({
      result: z.looseObject({ value: z.unknown().optional() }),
    }).parse(
      await this.#ask("Runtime.evaluate", {
        ...{ expression, returnByValue: true, awaitPromise: true },
      }),
    );
    return result.value;
  }

  /** What a person reads. */
  async text(): Promise<string> {
    return String(await this.evaluate("document.body.innerText"));
  }

  /** What a screen reader is told of the element that has the focus. */
  async focused(): Promise<Record<string, unknown>> {
    const value = z.looseObject({ value: z.unknown().optional() }).optional();
    const { nodes } = z.looseObject({
      nodes: z.array(z.looseObject({
        role: value,
        name: value,
        description: value,
        properties: z.array(
          z.looseObject({ name: z.string(), value: value }),
        ).default([]),
      })),
    }).parse(await this.#ask("Accessibility.getFullAXTree"));
    const found = nodes.findLast(({ properties }) =>
      properties.some(({ name, value }) => name === "focused" && value?.value)
    );
    return {
      role: found?.role?.value,
      name: found?.name?.value,
      description: found?.description?.value,
      ...Object.fromEntries(
        found?.properties.map(({ name, value }) => [name, value?.value]) ?? [],
      ),
    };
  }

  /** A PNG of what is seen. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = z.looseObject({ data: z.string() }).parse(
      await this.#ask("Page.captureScreenshot", { format: "png" }),
    );
    return Uint8Array.fromBase64(data);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#session = undefined;
    this.#ask("Browser.close").catch(() => {});
    // Some do not go when they are asked to.
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), 3_000);
    await this.#process.status;
    clearTimeout(timer);
    this.#socket.close();
    await Deno.remove(this.#home, { recursive: true }).catch(() => {});
  }

  /** Does what brings another document, and waits until that is there. */
  async replaced(action: () => unknown): Promise<void> {
    await this.evaluate("globalThis.before = true");
    await action();
    const end = performance.now() + 30_000;
    for (;;) {
      const there = await this.evaluate(
        "globalThis.before === undefined && document.readyState === 'complete'",
        // Between two documents, there is none to ask.
      ).catch(() => false);
      // Until something has been painted, keys are dropped.
      if (there) return void await this.evaluate(PAINTED);
      if (performance.now() > end) throw new Error("no other document came");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #ask(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(id, answer);
    const sessionId = this.#session;
    this.#socket.send(
      JSON.stringify({
        ...{ id, method, params },
        ...(sessionId === undefined ? {} : { sessionId }),
      }),
    );
    return await answer.promise;
  }

  #hear({ id, method, params, result, error }: z.infer<typeof message>): void {
    if (id !== undefined) {
      const answer = this.#answers.get(id);
      if (error === undefined) answer?.resolve(result);
      else answer?.reject(new Error(error.message));
      return;
    }
    switch (method) {
      case "Network.requestWillBeSent": {
        const url = urlOf(params);
        if (!url.startsWith("data:")) this.requests.push(url);
        break;
      }
      case "Log.entryAdded":
      case "Runtime.consoleAPICalled":
      case "Runtime.exceptionThrown":
        this.complaints.push(JSON.stringify(params));
    }
  }
}

function urlOf(params: unknown): string {
  return z.looseObject({ request: z.looseObject({ url: z.string() }) })
    .parse(params).request.url;
}

/** Where it listens for us, as it says on stderr; the rest is read and dropped. */
async function debuggingAddress(
  stderr: ReadableStream<Uint8Array>,
): Promise<string> {
  const found = Promise.withResolvers<string>();
  (async () => {
    let text = "";
    for await (const chunk of stderr.pipeThrough(new TextDecoderStream())) {
      text = (text + chunk).slice(-10_000);
      const [, address] = /listening on (ws:\S+)/.exec(text) ?? [];
      if (address !== undefined) found.resolve(address);
    }
    found.reject(new Error(`the browser did not start: ${text}`));
  })();
  return await found.promise;
}
