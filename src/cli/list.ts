// `updsts list`: flags to use case to table.
import { listProfiles, type ProfileView } from "../sessions/list_profiles.ts";
import { MASK } from "../secret.ts";
import { relativeTime } from "../timestamps.ts";
import type { Context } from "./context.ts";
import { filesOf } from "./named_files.ts";
import type { Given } from "./options.ts";
import type { Tone } from "./output.ts";
import { type Cell, type Column, layOut } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { heading: "PROFILE" },
  // The first letters of the key say as much: AKIA, ASIA.
  { heading: "KIND", dispensable: 1 },
  { heading: "ACCESS KEY ID", dispensable: 4 },
  { heading: "DEVICE", narrowest: 10, dispensable: 3 },
  { heading: "MANAGED BY", narrowest: 10, dispensable: 2 },
  { heading: "EXPIRES" },
];
const FILE: Column = { heading: "FILE", narrowest: 10, dispensable: 1 };

/** A session that ends within this time is worth a look, in milliseconds. */
const SOON = 15 * 60_000;

export default async function list(
  { connect, output }: Context,
  given: Given,
): Promise<void> {
  const ports = await connect(filesOf(given), output);
  const two = ports.keys !== undefined;
  output.info(
    `Credentials file: ${(ports.keys ?? ports.file).path ?? "stdin"}`,
  );
  if (two) output.info(`File for sessions: ${ports.file.path}`);
  const profiles = await listProfiles(ports);
  const now = ports.clock.now();
  if (given.has("json")) {
    const { toProfileAnswer } = await import("../sessions/answers.ts");
    return output.answerJson({
      result: profiles.map((view) => toProfileAnswer(view, now)),
    });
  }
  if (profiles.length === 0) {
    output.answer(`No profiles in ${ports.file.path}`);
    return;
  }
  const rows = profiles.map((view) => row(view, now, two));
  const columns = two ? [...COLUMNS, FILE] : COLUMNS;
  output.answerLines(await layOut(columns, rows, output.screen.columns));
  if (output.verbosity >= 1) {
    output.answer(profiles.map((view) => `\n${details(view)}`).join("\n"));
  }
}

function row(view: ProfileView, now: Date, two: boolean): Cell[] {
  return [
    { text: view.name },
    { text: view.kind },
    { text: view.accessKeyId ?? "-" },
    // The account is in every ARN of a file; -v 1 shows the whole.
    { text: view.device?.replace(/^arn:[^:]*:iam::\d*:/, "") ?? "-" },
    { text: view.managedBy ?? "-" },
    expiry(view.expiration, now),
    ...two ? [{ text: view.file ?? "stdin" }] : [],
  ];
}

function expiry(expiration: Date | undefined, now: Date): Cell {
  if (expiration === undefined) return { text: "-" };
  const left = expiration.getTime() - now.getTime();
  const tone: Tone | undefined = left <= 0
    ? "bad"
    : left < SOON
    ? "soon"
    : undefined;
  const text = relativeTime(expiration, now);
  return tone === undefined ? { text } : { text, tone };
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
