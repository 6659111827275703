// Use case: rehearse a refresh, and check everything that it depends on.
import { parseFile } from "../credentials/parse.ts";
import { assertProfileName } from "../credentials/refusals.ts";
import type { DoctorPorts, KeySource } from "../ports.ts";
import { shellWarnings } from "../sessions/profiles.ts";
import { usersOf } from "../sessions/refresh_session.ts";
import { chooseRegion } from "../sessions/plan.ts";
import { lookAtConfig, lookAtFile } from "./file_findings.ts";
import { type Finding, Report } from "./report.ts";
import {
  lookAtPlan,
  lookAtProfiles,
  rehearseRefresh,
} from "./profile_findings.ts";
import { lookAtSts, type Target } from "./sts_findings.ts";

/** What looking takes: nothing is asked of a person, and nothing is issued. */
export type DiagnosePorts =
  & Pick<DoctorPorts, "file" | "keys" | "config" | "surroundings" | "clock">
  & { readonly issuer: Pick<DoctorPorts["issuer"], "rehearse"> };

/**
 * All that is in order, and all that is not, each cause once. With `profile`,
 * of the profiles that one only; then a problem is what `get` refuses or warns
 * of, or what keeps it from STS, and all else is a warning.
 *
 * @throws {UpdstsError} `NAME_INVALID`
 */
export async function diagnose(
  ports: DiagnosePorts,
  profile?: string,
): Promise<Finding[]> {
  if (profile !== undefined) assertProfileName(profile, "the profile name");
  const { file, keys, config, surroundings } = ports;
  const report = new Report();
  const targets: Target[] = [];
  const asked = profile === undefined
    ? undefined
    : await rehearseRefresh(ports, profile);
  const read = (check: string, source: KeySource) =>
    report.attempt(check, async () => parseFile(await source.read()));
  const sessions = await read("file", file);
  if (sessions !== undefined) {
    await report.attempt("file", async () => {
      const facts = await surroundings.fileFacts();
      await lookAtFile(report, file.path, sessions, facts);
      await file.rehearse(() => []);
      report.ok("writing", "the file can be replaced");
    });
  }
  const source = keys === undefined ? sessions : await read("keys", keys);
  if (keys && source) report.ok("keys", keys.path ?? "stdin");
  await report.attempt("config", async () => {
    lookAtConfig(report, await config.file(), file.path, sessions);
  });
  await report.attempt("profiles", async () => {
    if (sessions === undefined || source === undefined) return;
    const world = { ports, keys: source, targets };
    if (asked === undefined) await lookAtProfiles(report, world);
    else if (asked.prepared) await lookAtPlan(report, world, asked.prepared);
  });
  const names = asked?.prepared === undefined
    ? sessions?.blocks.flatMap(({ sessionProfile }) => sessionProfile ?? [])
    : usersOf(asked.prepared.names);
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
  if (asked !== undefined) {
    const said = new Set([asked.refused?.message, ...asked.warned]);
    report.confirm(({ message }) => said.has(message));
  }
  await lookAtSts(report, surroundings, targets);
  const check = `profile ${profile}`;
  if (asked?.refused !== undefined) report.fail(check, asked.refused);
  for (const message of asked?.warned ?? []) {
    if (!report.has(message)) report.warn(check, message);
  }
  return report.findings;
}
