// What `doctor` finds on the way to STS: certificates, endpoints, answers, clocks.
import type { Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import type {
  AwsConfig,
  ProfileSettings,
  StsTarget,
  Surroundings,
} from "../ports.ts";
import { chooseRegion } from "../sessions/plan.ts";
import { type Finding, ok, problem, problemOf, warning } from "./finding.ts";

/** A clock that is further off is worth a word, in milliseconds. */
const TOLERATED_SKEW = 15_000;

/** Where STS would be asked, and why there. */
interface Target extends StsTarget {
  readonly regionSource: string;
  readonly endpointSource: string;
}

/** The places where STS would be asked, each once. */
export class Targets {
  readonly #targets = new Map<string, Target>();

  /**
   * Remembers where STS would be asked for `profile`.
   *
   * @throws {UpdstsError} `REGION_INVALID`
   */
  note(
    profile: Profile | undefined,
    settings: ProfileSettings,
    device?: string,
  ): Target {
    const { name: region, source } = chooseRegion(profile, settings, device);
    const { endpoint, fips, dualStack } = settings;
    const place = { region, endpoint, fips, dualStack };
    const { endpointSource = "the region" } = settings;
    const target = { ...place, regionSource: source, endpointSource };
    // Whatever the spelling, one place is asked once.
    const isOn = (value = "false") => value.toLowerCase();
    this.#targets.set(
      JSON.stringify([region, endpoint, isOn(fips), isOn(dualStack)]),
      target,
    );
    return target;
  }

  /** Notes the place for a profile that says nothing of it, if there is none yet. */
  async noteUsual(config: AwsConfig): Promise<Finding[]> {
    if (this.#targets.size > 0) return [];
    try {
      this.note(undefined, await config.settingsOf("default"));
      return [];
    } catch (error) {
      return [problemOf("config", error)];
    }
  }

  /** What is found at all places. */
  async findings(surroundings: Surroundings): Promise<Finding[]> {
    // All at once: one that does not answer makes nobody wait for the next.
    const found = await Promise.all(Array.from(
      this.#targets.values(),
      (target) => stsFindings(surroundings, target),
    ));
    return found.flat();
  }
}

/** What certificates are trusted. */
export async function caFinding(surroundings: Surroundings): Promise<Finding> {
  const check = "certificates";
  try {
    const bundle = await surroundings.caBundle();
    return ok(
      check,
      bundle === undefined
        ? "the usual authorities"
        : `the usual authorities, and those of AWS_CA_BUNDLE=${bundle}`,
    );
  } catch (error) {
    return problemOf(check, error);
  }
}

async function stsFindings(
  surroundings: Surroundings,
  target: Target,
): Promise<Finding[]> {
  const check = `sts ${target.region}`;
  try {
    const { endpoint, proxy, answer } = await surroundings.reachSts(target);
    const way = proxy === undefined ? "" : ` by the proxy ${proxy}`;
    const findings = [
      ok(check, `endpoint ${endpoint.origin} (${target.endpointSource})${way}`),
    ];
    if (answer instanceof UpdstsError) {
      return [
        ...findings,
        problem(check, answer.code, answer.message, hintFor(answer)),
      ];
    }
    const { status, genuine, milliseconds } = answer;
    if (!genuine || status >= 500) {
      return [
        ...findings,
        problem(
          check,
          genuine ? "STS_FAILED" : "STS_ANSWER_INVALID",
          `something answered in ${milliseconds} ms (${status}), but not as STS does`,
          "check whether a proxy or a login page stands between",
        ),
      ];
    }
    return [
      ...findings,
      ok(check, `answers in ${milliseconds} ms`),
      ...clockFindings(answer.clockOffset),
    ];
  } catch (error) {
    if (!(error instanceof UpdstsError)) throw error;
    return [problem(check, error.code, error.message, hintFor(error))];
  }
}

/** The error's own hints speak of a code, and none was sent. */
function hintFor({ code, hint }: UpdstsError): string | undefined {
  return code === "STS_TIMEOUT" || hint?.includes("HTTPS_PROXY")
    ? "check the network, HTTPS_PROXY and NO_PROXY, and the region"
    : hint?.replace(/; the code is not spent$/, "");
}

function clockFindings(offset: number | undefined): Finding[] {
  if (offset === undefined) return [];
  const seconds = Math.round(Math.abs(offset) / 1000);
  if (Math.abs(offset) <= TOLERATED_SKEW) {
    return [ok("clock", `within ${Math.max(1, seconds)} s of that of STS`)];
  }
  return [warning(
    "clock",
    `${seconds} s ${offset > 0 ? "behind" : "ahead of"} that of STS`,
    "set it: codes made on this machine are wrong else",
  )];
}
