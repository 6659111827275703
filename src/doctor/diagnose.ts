// Use case: rehearse a refresh, and check everything that it depends on.
import { parseFile } from "../credentials/parse.ts";
import { assertProfileName } from "../credentials/refusals.ts";
import { TOLERATED_SKEW } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { DoctorPorts, KeySource, Surroundings } from "../ports.ts";
import { chooseRegion } from "../sessions/plan.ts";
import { shellWarnings } from "../sessions/profiles.ts";
import { usersOf } from "../sessions/refresh_session.ts";
import { checkConfig, checkFile } from "./file_findings.ts";
import {
  checkProfiles,
  rehearseRefresh,
  reportPlan,
  type Target,
} from "./profile_findings.ts";
import { type Finding, Report } from "./report.ts";

/**
 * Checks everything that a refresh depends on, without a code or a change. With
 * `profile`, a problem is what its `get` refuses or warns of, or what keeps it
 * from STS; everything else is a warning.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export async function diagnose(
  ports: DoctorPorts,
  profile?: string,
): Promise<Finding[]> {
  if (profile !== undefined) assertProfileName(profile, "the profile name");
  const { file, keys, config, surroundings } = ports;
  const report = new Report();
  const targets: Target[] = [];
  const rehearsal = profile === undefined
    ? undefined
    : await rehearseRefresh(ports, profile);
  const read = (check: string, source: KeySource) =>
    report.attempt(check, async () => parseFile(await source.read()));
  const sessions = await read("file", file);
  if (sessions !== undefined) {
    await report.attempt("file", async () => {
      const facts = await surroundings.fileFacts();
      await checkFile(report, file.path, sessions, facts);
      await file.rehearse(() => []);
      report.ok("writing", "the file can be replaced");
    });
  }
  const source = keys === undefined ? sessions : await read("keys", keys);
  if (keys && source) report.ok("keys", keys.path ?? "stdin");
  await report.attempt("config", async () => {
    checkConfig(report, await config.file(), file.path, sessions);
  });
  await report.attempt("profiles", async () => {
    if (sessions === undefined || source === undefined) return;
    if (rehearsal === undefined) await checkProfiles(report, ports, targets);
    else if (rehearsal.prepared) {
      reportPlan(report, targets, rehearsal.prepared);
    }
  });
  const names = rehearsal?.prepared === undefined
    ? sessions?.blocks.flatMap(({ sessionProfile }) => sessionProfile ?? [])
    : usersOf(rehearsal.prepared.names);
  for (const message of shellWarnings(surroundings.shell, names ?? [])) {
    report.warn("shell", message);
  }
  if (targets.length === 0) {
    await report.attempt("config", async () => {
      const settings = await config.settingsOf("default");
      const { name: region } = chooseRegion(undefined, settings, undefined);
      targets.push({ ...settings, region });
    });
  }
  if (rehearsal !== undefined) {
    const messages = new Set([rehearsal.refused?.message, ...rehearsal.warned]);
    report.confirm(({ message }) => messages.has(message));
  }
  await checkSts(report, surroundings, targets);
  const check = `profile ${profile}`;
  if (rehearsal?.refused !== undefined) report.fail(check, rehearsal.refused);
  for (const message of rehearsal?.warned ?? []) {
    if (!report.has(message)) report.warn(check, message);
  }
  return report.findings;
}

/** Checks the certificates, and each endpoint of `targets` once. */
async function checkSts(
  report: Report,
  surroundings: Surroundings,
  targets: readonly Target[],
): Promise<void> {
  await report.attempt("certificates", async () => {
    const bundle = await surroundings.caBundle();
    const more = bundle
      ? `, and those of AWS_CA_BUNDLE=${bundle}`
      : targets.some(({ caBundle }) => caBundle !== undefined)
      ? ", and those of ca_bundle in the config file"
      : "";
    report.ok("certificates", `the usual authorities${more}`);
  });
  const places = new Map(targets.map((target) => {
    const { region, endpoint, fips = "false", dualStack = "false" } = target;
    const place = endpoint ?? [region, fips, dualStack].join(" ").toLowerCase();
    return [place, target];
  }));
  // In parallel, so that one timeout does not delay the others.
  await Promise.all(Array.from(
    places.values(),
    (target) => checkEndpoint(report, surroundings, target),
  ));
}

async function checkEndpoint(
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
    if (skew * 1000 <= TOLERATED_SKEW) {
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
