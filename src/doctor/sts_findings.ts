// Findings of `doctor` about STS: certificates, endpoints, answers, clock.
import { UpdstsError } from "../errors.ts";
import type { ProfileSettings, StsTarget, Surroundings } from "../ports.ts";
import type { Report } from "./report.ts";

/** A clock that is further off is worth a warning, in seconds. */
const TOLERATED_SKEW = 15;

/** Where STS would be asked, and what configured the endpoint, if anything did. */
export type Target = StsTarget & Pick<ProfileSettings, "endpointSource">;

/** Looks at the certificates, and at STS of all `targets`, each place once. */
export async function lookAtSts(
  report: Report,
  surroundings: Surroundings,
  targets: readonly Target[],
): Promise<void> {
  await report.attempt("certificates", async () => {
    const bundle = await surroundings.caBundle();
    const isConfigured = targets.some(({ caBundle }) => caBundle !== undefined);
    const more = bundle
      ? `, and those of AWS_CA_BUNDLE=${bundle}`
      : isConfigured
      ? ", and those of ca_bundle in the config file"
      : undefined;
    report.ok("certificates", `the usual authorities${more ?? ""}`);
  });
  const places = new Map(targets.map((target) => {
    const { region, endpoint, fips = "false", dualStack = "false" } = target;
    const place = endpoint ?? [region, fips, dualStack].join(" ").toLowerCase();
    return [place, target];
  }));
  // All at once: none waits for another that does not answer.
  await Promise.all(Array.from(
    places.values(),
    (target) => askSts(report, surroundings, target),
  ));
}

async function askSts(
  report: Report,
  surroundings: Surroundings,
  target: Target,
): Promise<void> {
  const check = `sts ${target.region}`;
  const { endpointSource: source = "the region" } = target;
  try {
    const { endpoint, proxy, status, genuine, milliseconds, clockOffset } =
      await surroundings.reachSts(target);
    const time = `${milliseconds} ms`;
    if (!genuine || status >= 500) {
      const message =
        `${endpoint.origin} answered in ${time} (${status}), but not as STS does`;
      const hint = target.endpointSource === undefined
        ? "check whether a proxy or a login page answers in its place"
        : `check ${source}: it sets this endpoint`;
      const code = genuine ? "STS_FAILED" : "STS_ANSWER_INVALID";
      throw new UpdstsError(code, message, { hint });
    }
    const way = proxy === undefined ? "" : ` by the proxy ${proxy}`;
    report.ok(check, `${endpoint.origin} (${source})${way} answers in ${time}`);
    if (clockOffset === undefined) return;
    const skew = Math.round(Math.abs(clockOffset) / 1000);
    const direction = clockOffset > 0 ? "behind" : "ahead of";
    if (skew <= TOLERATED_SKEW) {
      report.ok("clock", `within ${Math.max(1, skew)} s of that of STS`);
    } else {
      report.warn(
        "clock",
        `${skew} s ${direction} that of STS`,
        "set it: codes that are computed on this machine are wrong until then",
      );
    }
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    const isNetwork = error.code === "STS_TIMEOUT" ||
      error.hint?.includes("HTTPS_PROXY");
    const hint = `check the network, HTTPS_PROXY and NO_PROXY, and ${source}`;
    report.fail(check, error, isNetwork ? hint : undefined);
  }
}
