// What `doctor` looks at: the file's place in the system, and the way to STS.
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { UpdstsError } from "../errors.ts";
import type { FileFacts, StsFacts, Surroundings } from "../ports.ts";
import { Secret } from "../secret.ts";
import { credentialsPath } from "./credentials_file.ts";
import type { Environment } from "./environment.ts";
import { createHttpClient } from "./http_client.ts";
import { proxyFor } from "./proxy.ts";
import { createStsClient } from "./sts_client.ts";
import { connectionError, type Exchange } from "./sts_errors.ts";

/** How long STS may take to answer, in milliseconds. */
const TIMEOUT = 5_000;

/** The machine that the program runs on, and its network. */
export class LocalSurroundings implements Surroundings {
  readonly #path: string;
  readonly #environment: Environment;

  /** What surrounds the credentials file at `path`. */
  constructor(path: string, environment: Environment) {
    this.#path = path;
    this.#environment = environment;
  }

  async fileFacts(): Promise<FileFacts> {
    const realPath = await Deno.realPath(this.#path);
    const { mode, uid, nlink } = await Deno.stat(realPath);
    const home = await Deno.stat(this.#environment.expandHome("~/"))
      .catch(() => undefined);
    const usual = credentialsPath(undefined, this.#environment);
    return {
      realPath,
      mode: mode === null ? undefined : mode & 0o7777,
      own: home === undefined || uid === null ? undefined : home.uid === uid,
      names: nlink ?? 1,
      awsCliPath: await Deno.realPath(usual).catch(() => usual),
    };
  }

  async caBundle(): Promise<string | undefined> {
    using _checked = await createHttpClient(this.#environment);
    return this.#environment.get("AWS_CA_BUNDLE");
  }

  async reachSts(
    { region, endpoint: configured }: Parameters<Surroundings["reachSts"]>[0],
  ): Promise<StsFacts> {
    const { get } = this.#environment;
    const variable = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
      .find((name) => get(name) !== undefined);
    const source = variable ??
      (configured === undefined ? "the region" : "the config file");
    const endpoint = await this.#endpoint(region, configured);
    const proxy = proxyFor(endpoint, this.#environment);
    const exchange: Exchange = { requests: 1, url: endpoint };
    const signal = AbortSignal.timeout(TIMEOUT);
    const start = performance.now();
    try {
      using client = await createHttpClient(this.#environment);
      const response = await fetch(endpoint, {
        client,
        signal,
        redirect: "manual",
        method: "POST",
        body: "Action=GetCallerIdentity&Version=2011-06-15",
        headers: { "content-type": "application/x-www-form-urlencoded" },
      });
      await response.body?.cancel();
      const milliseconds = Math.round(performance.now() - start);
      const answer = {
        milliseconds,
        genuine: response.headers.has("x-amzn-requestid"),
        clockOffset: offsetOf(response.headers.get("date")),
      };
      return { endpoint, source, proxy, answer };
    } catch (error) {
      const answer = error instanceof UpdstsError
        ? error
        : connectionError(error, {
          region,
          exchange,
          timedOut: signal.aborted,
          timeout: TIMEOUT,
          proxy,
        });
      if (answer === undefined) throw error;
      return { endpoint, source, proxy, answer };
    }
  }

  /** Where the SDK sends requests for `region`; nothing is sent. */
  async #endpoint(
    region: string,
    configured: string | undefined,
  ): Promise<URL> {
    let found: URL | undefined;
    const nobody = {
      region,
      endpoint: configured,
      accessKeyId: "",
      secretAccessKey: new Secret(""),
    };
    const client = createStsClient(nobody, this.#environment, {
      requestHandler: new FetchHttpHandler({
        customFetch: (input) => {
          found = new URL(new Request(input).url);
          return Promise.reject(new Error("Not to be sent"));
        },
      }),
    });
    try {
      await client.send(new GetCallerIdentityCommand());
    } catch (error) {
      if (found === undefined) {
        throw connectionError(error, {
          region,
          exchange: { requests: 0 },
          timedOut: false,
          timeout: TIMEOUT,
          proxy: undefined,
        });
      }
    } finally {
      client.destroy();
    }
    if (found === undefined) throw new TypeError("The SDK sent no request");
    return found;
  }
}

/** How far the clock that `date` came from is ahead of ours, in milliseconds. */
function offsetOf(date: string | null): number | undefined {
  const time = date === null ? NaN : Date.parse(date);
  return Number.isNaN(time) ? undefined : time - Date.now();
}
