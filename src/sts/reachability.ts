// Whether STS can be reached from here, for `doctor`: asked without a signature.
import type { Environment } from "../machine/environment.ts";
import { UpdstsError } from "../errors.ts";
import type { StsFacts, StsTarget } from "../ports.ts";
import { connectionError, requireReachable } from "./connection_errors.ts";
import { createHttpClient } from "./http_client.ts";
import { type AnswerHead, type Delivery, post } from "./http_exchange.ts";
import { proxyFor } from "./proxy.ts";
import { offsetTo } from "./sts_retry.ts";

/** How long STS may take to answer, in milliseconds. */
const TIMEOUT = 5_000;

/** The file of certificate authorities in effect, once it has been tried. */
export function tryCaBundle(environment: Environment): string | undefined {
  createHttpClient(environment).close();
  return environment.get("AWS_CA_BUNDLE");
}

/** How STS answers at `target`. */
export async function reachSts(
  target: StsTarget,
  environment: Environment,
): Promise<StsFacts> {
  const endpoint = await requireReachable(target);
  const proxy = proxyFor(endpoint, environment);
  const signal = AbortSignal.timeout(TIMEOUT);
  const start = performance.now();
  try {
    using client = createHttpClient(environment);
    const { status, date, requestId } = await askWithoutSignature(endpoint, {
      client,
      signal,
    });
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
    const answer = connectionError(error, connection, signal.aborted);
    if (answer instanceof UpdstsError) return { endpoint, proxy, answer };
    throw answer;
  }
}

/** Asks who we are without saying so: STS answers, and refuses. */
async function askWithoutSignature(
  endpoint: URL,
  delivery: Delivery,
): Promise<AnswerHead> {
  const headers = new Headers({
    "content-type": "application/x-www-form-urlencoded; charset=utf-8",
  });
  const form = "Action=GetCallerIdentity&Version=2011-06-15";
  const { head } = await post(endpoint, headers, form, delivery);
  return head;
}
