// `updsts list`.
import { MASK } from "../secret.ts";
import { toProfileAnswer } from "../sessions/answers.ts";
import { listProfiles, type ProfileView } from "../sessions/profiles.ts";
import { relativeTime } from "../timestamps.ts";
import { type Context, filesOf } from "./context.ts";
import type { OptionValues } from "./grammar.ts";
import { type Column, layOut, type Segment } from "./layout.ts";

const COLUMNS: readonly Column[] = [
  { heading: "PROFILE" },
  // The first letters of the key say as much: AKIA, ASIA.
  { heading: "KIND", optional: true },
  { heading: "ACCESS KEY ID" },
  { heading: "DEVICE" },
  { heading: "MANAGED BY", optional: true },
  { heading: "EXPIRES" },
];

/** A session that ends within this time is shown in yellow, in milliseconds. */
const EXPIRES_SOON = 15 * 60_000;

export async function list(
  { connect, output }: Context,
  options: OptionValues,
): Promise<void> {
  const ports = await connect(filesOf(options), output);
  const two = ports.keys !== undefined;
  output.info(
    `Credentials file: ${(ports.keys ?? ports.file).path ?? "stdin"}`,
  );
  if (two) output.info(`File for sessions: ${ports.file.path}`);
  const profiles = await listProfiles(ports);
  const now = ports.clock.now();
  if (options.has("json")) {
    const result = profiles.map((view) => toProfileAnswer(view, now));
    return output.answerJson({ result });
  }
  if (profiles.length === 0) {
    return output.answer(`No profiles in ${ports.file.path}`);
  }
  const device = deviceNames(profiles);
  const rows = profiles.map((view): Segment[] => [
    { text: view.name },
    { text: view.kind },
    { text: view.accessKeyId ?? "-" },
    { text: device(view) },
    { text: view.managedBy ?? (view.session ? `on ${view.session}` : "-") },
    expiry(view.expiration, now),
    ...two ? [{ text: view.file ?? "stdin" }] : [],
  ]);
  const columns = two ? [...COLUMNS, { heading: "FILE" }] : COLUMNS;
  output.answerLines(layOut(columns, rows, output.screen.columns));
  if (output.verbosity >= 1) {
    // A role of the config file has no keys in the file.
    const shown = profiles.filter(({ fields }) => fields.size > 0);
    output.answer(shown.map((view) => `\n${details(view)}`).join("\n"));
  }
}

const ARN = /^arn:[^:]*:iam::(\d*):/;

/** Names devices without the account where all are of one; -v 1 shows the whole ARN. */
function deviceNames(profiles: readonly ProfileView[]) {
  const accounts = new Set(profiles.flatMap(({ device }) => {
    const [, account] = ARN.exec(device ?? "") ?? [];
    return account === undefined ? [] : [account];
  }));
  return ({ device = "-" }: ProfileView) =>
    device.replace(ARN, accounts.size > 1 ? "$1:" : "");
}

function expiry(expiration: Date | undefined, now: Date): Segment {
  if (expiration === undefined) return { text: "-" };
  const left = expiration.getTime() - now.getTime();
  const text = relativeTime(expiration, now);
  if (left <= 0) return { text, tone: "bad" };
  return left < EXPIRES_SOON ? { text, tone: "soon" } : { text };
}

function details({ name, fields }: ProfileView): string {
  const lines = Array.from(
    fields,
    ([key, value]) => `  ${shownKey(key)} = ${value}`,
  );
  return [`[${name}]`, ...lines].join("\n");
}

/**
 * `key`, if it is made of short words. The second half of a secret that was
 * wrapped over two lines, and ends in `=`, reads as a key as well.
 */
function shownKey(key: string): string {
  const words = key.split(/[._-]/);
  return words.every((word) => /^[a-z]{1,14}\d{0,3}$/.test(word)) ? key : MASK;
}
