// What `doctor` looks at: the file's place in the system, and the way to STS.
import { UpdstsError } from "../errors.ts";
import type { FileFacts, StsFacts, StsTarget, Surroundings } from "../ports.ts";
import { credentialsPath } from "./credentials_file.ts";
import type { Environment } from "./environment.ts";
import { createHttpClient } from "./http_client.ts";
import { proxyFor } from "./proxy.ts";
import { requireEndpoint, stsError } from "./sts_errors.ts";
import { requestWithoutSignature } from "./sts_exchange.ts";
import { offsetTo } from "./sts_retry.ts";

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
    const environment = this.#environment;
    const home = await Promise.try(() =>
      Deno.stat(environment.expandHome("~/"))
    ).catch(() => undefined);
    const awsCliPath = await Promise.try(() =>
      Deno.realPath(credentialsPath(undefined, environment))
    ).catch(() => undefined);
    return {
      realPath,
      mode: mode === null ? undefined : mode & 0o7777,
      own: home === undefined || uid === null ? undefined : home.uid === uid,
      names: nlink ?? 1,
      awsCliPath,
    };
  }

  caBundle(): Promise<string | undefined> {
    return Promise.try(() => {
      createHttpClient(this.#environment).close();
      return this.#environment.get("AWS_CA_BUNDLE");
    });
  }

  async reachSts(target: StsTarget): Promise<StsFacts> {
    const endpoint = requireEndpoint(target);
    const proxy = proxyFor(endpoint, this.#environment);
    const signal = AbortSignal.timeout(TIMEOUT);
    const start = performance.now();
    try {
      using client = createHttpClient(this.#environment);
      const { status, date, requestId } = await requestWithoutSignature(
        endpoint,
        { client, signal },
      );
      const answer = {
        status,
        milliseconds: Math.round(performance.now() - start),
        genuine: requestId !== undefined,
        clockOffset: date === undefined
          ? undefined
          : offsetTo({ date }, new Date()),
      };
      return { endpoint, proxy, answer };
    } catch (error) {
      const connection = { endpoint, timeout: TIMEOUT, proxy };
      const answer = stsError(error, connection, signal.aborted);
      if (answer instanceof UpdstsError) return { endpoint, proxy, answer };
      throw answer;
    }
  }
}
