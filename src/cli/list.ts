// `updsts list`.
import { MASK } from "../secret.ts";
import { toProfileAnswer } from "../sessions/answers.ts";
import { type ProfileView, viewProfiles } from "../sessions/profiles.ts";
import { relativeTime } from "../timestamps.ts";
import { type Context, filesOf } from "./context.ts";
import type { OptionValues } from "./grammar.ts";
import { layOut, type Segment } from "./layout.ts";

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
  const profiles = await viewProfiles(ports);
  const now = ports.clock.now();
  if (options.has("json")) {
    const result = profiles.map((view) => toProfileAnswer(view, now));
    return output.answerJson({ result });
  }
  if (profiles.length === 0) {
    return output.answer(`No profiles in ${ports.file.path}`);
  }
  const column = (
    heading: string,
    cell: (view: ProfileView) => string | Segment,
    optional = false,
  ) => ({ heading, optional, cells: profiles.map(cell) });
  const columns = [
    column("PROFILE", ({ name }) => name),
    // The key shows as much: AKIA is long-term, ASIA a session.
    column("KIND", ({ kind }) => kind, true),
    column("ACCESS KEY ID", ({ accessKeyId = "-" }) => accessKeyId),
    column("DEVICE", deviceNames(profiles)),
    column(
      "MANAGED BY",
      ({ managedBy, session }) =>
        managedBy ?? (session === undefined ? "-" : `on ${session}`),
      true,
    ),
    column("EXPIRES", ({ expiration }) => expiry(expiration, now)),
  ];
  if (two) columns.push(column("FILE", ({ file = "stdin" }) => file));
  output.answerLines(layOut(columns, output.screen.columns));
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

function expiry(expiration: Date | undefined, now: Date): string | Segment {
  if (expiration === undefined) return "-";
  const left = expiration.getTime() - now.getTime();
  const text = relativeTime(expiration, now);
  if (left <= 0) return { text, tone: "bad" };
  return left < EXPIRES_SOON ? { text, tone: "soon" } : text;
}

function details({ name, fields }: ProfileView): string {
  return [
    `[${name}]`,
    ...Array.from(fields, ([key, value]) => `  ${shownKey(key)} = ${value}`),
  ].join("\n");
}

/**
 * `key`, if it is made of short words. The second half of a secret that was
 * wrapped over two lines, and ends in `=`, reads as a key as well.
 */
function shownKey(key: string): string {
  const words = key.split(/[._-]/);
  return words.every((word) => /^[a-z]{1,14}\d{0,3}$/.test(word)) ? key : MASK;
}
