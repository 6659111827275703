// The AWS SDK's own reading of a credentials file, and where ours differs by intention.
import {
  externalDataInterceptor,
  loadSharedConfigFiles,
} from "@smithy/core/config";
import { parseFile } from "../../src/credentials/parse.ts";
import { listProfiles } from "../../src/credentials/profiles.ts";
import { decodeText } from "../../src/credentials/text.ts";
import { Secret } from "../../src/secret.ts";

/** Profile name -> key -> value. */
export type Reading = Record<string, Record<string, string>>;

const PATH = "/credentials/in/memory";
const CONFIG_PATH = "/config/in/memory";
externalDataInterceptor.interceptFile(CONFIG_PATH, "");

/** What the AWS SDK for JavaScript reads in `text` (one character a byte). */
export async function readAsSdk(text: string): Promise<Reading> {
  externalDataInterceptor.interceptFile(PATH, decodeText(text));
  const { credentialsFile } = await loadSharedConfigFiles({
    filepath: PATH,
    configFilepath: CONFIG_PATH,
    ignoreCache: true,
  });
  return Object.fromEntries(
    Object.entries(credentialsFile).map(([name, values]) => [
      name,
      Object.fromEntries(
        Object.entries(values).flatMap(([key, value]) =>
          value === undefined ? [] : [[key, value]]
        ),
      ),
    ]),
  );
}

/** What we read in `text`, all secrets revealed. */
export function readAsWeDo(text: string): Reading {
  const reading: Reading = {};
  for (const profile of listProfiles(parseFile(text))) {
    const values: Record<string, string> = {};
    for (const [key, value] of profile.fields()) {
      values[key] = value instanceof Secret ? value.reveal() : value;
    }
    // The SDK does not know of sections without a value.
    if (Object.keys(values).length > 0) reading[profile.name] = values;
  }
  return reading;
}

/** A reading as the SDK would give it, which drops what a value goes on with. */
export function withoutContinuations(reading: Reading): Reading {
  const result: Reading = {};
  for (const [name, values] of Object.entries(reading)) {
    const kept = Object.entries(values)
      .map(([key, value]) => [key, value.split("\n", 1)[0] ?? ""] as const)
      .filter(([, value]) => value !== "");
    if (kept.length > 0) result[name] = Object.fromEntries(kept);
  }
  return result;
}

/** A line as the SDK takes it apart. */
function contentOf(line: string): string {
  return line.split(/(?:^|\s)[;#]/)[0]?.trim() ?? "";
}

/** Where we read something else than the SDK for JavaScript, and why. */
export const DIFFERENCES: readonly {
  readonly reason: string;
  readonly applies: (text: string, lines: readonly string[]) => boolean;
  readonly example: string;
}[] = [
  {
    reason: "a lone CR ends a line, as for the AWS CLI",
    applies: (text) => /\r(?!\n)/.test(text),
    example: "[a]\rx = 1\r",
  },
  {
    reason: "a colon separates, as for the AWS CLI",
    applies: (_, lines) =>
      lines.some((line) =>
        /^[^\s=][^=]*:/.test(contentOf(line)) && /^\S/.test(line)
      ),
    example: "[a]\nx: 1\n",
  },
  {
    reason: "keys count in any case, as for the AWS CLI",
    applies: (_, lines) =>
      lines.some((line) => /^[^=]*[A-Z][^=]*=/.test(contentOf(line))),
    example: "[a]\nX = 1\n",
  },
  {
    reason: "a header counts if text follows it, as for the AWS CLI",
    applies: (_, lines) =>
      lines.some((line) => /^\[.*\].*[^\]]$/.test(contentOf(line))),
    example: "[a] b\nx = 1\n",
  },
  {
    reason:
      "a name of two words is a name, as for the AWS CLI; the SDK takes the first for a type of section",
    applies: (_, lines) =>
      lines.some((line) =>
        /^\[[\w-]+\s(["'])?[\w\-@+.%:/]+\1\]$/.test(contentOf(line))
      ),
    example: "[a b]\nx = 1\n",
  },
  {
    reason:
      "the SDK rejects a whole file for one name that is special in JavaScript",
    applies: (text) => text.includes("__proto__"),
    example: "[__proto__]\nx = 1\n[a]\nx = 1\n",
  },
  {
    reason: "only ASCII blanks are blanks, for bytes are scanned",
    applies: (text) =>
      /[\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]|(?!^)\ufeff/
        .test(text),
    example: "[a]\nx = \xC2\xA01\n",
  },
  {
    reason:
      "names that are no UTF-8 stay apart, though they look alike when decoded",
    applies: (text) => text.includes("\ufffd"),
    example: "[\xff]\nx = 1\n[\xfe]\ny = 1\n",
  },
];

/** The intended differences that `text` (one character a byte) shows. */
export function differencesIn(text: string): string[] {
  const decoded = decodeText(text);
  const lines = decoded.replace(/^\ufeff/, "").split(/\r?\n/);
  return DIFFERENCES.filter(({ applies }) => applies(decoded, lines))
    .map(({ reason }) => reason);
}
