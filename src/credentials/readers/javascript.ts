// Reads a file as the AWS SDK for JavaScript does. Tests compare it with the SDK.
import { type Reading, sectionOf } from "./aws_cli.ts";
import { JAVASCRIPT_SPACES, trim } from "../text.ts";

/** The profiles that the SDK reads from `text` (decoded), or would read if it did not refuse it. */
export function readAsJavaScript(
  text: string,
): { reading: Reading; refusal: boolean } {
  const reading: Reading = new Map();
  let refusal = false;
  let name = "";
  let parent = "";
  for (const line of text.split(/\r?\n/)) {
    const content = contentOf(line);
    if (/^\[.*\]$/s.test(content)) {
      const header = content.slice(1, -1);
      // The SDK refuses the whole file.
      refusal ||= /^(?:profile )?__proto__$/.test(header);
      name = nameOf(header);
      parent = "";
      continue;
    }
    const separator = content.indexOf("=");
    if (name === "" || separator <= 0) continue;
    const key = content.slice(0, separator).trim();
    const value = content.slice(separator + 1).trim();
    if (value === "") {
      parent = key;
      continue;
    }
    if (!JAVASCRIPT_SPACES.includes(line.charAt(0))) parent = "";
    sectionOf(reading, name).set(
      parent === "" ? key : `${parent}.${key}`,
      value,
    );
  }
  return { reading, refusal };
}

/** The name in a header; with two words, the first is a type, and unknown types are ignored. */
function nameOf(header: string): string {
  const [, type, , name] =
    /^([\w-]+)\s(["'])?([\w\-@+.%:/]+)\2$/.exec(header) ?? [];
  if (type === undefined) return header;
  return ["profile", "sso-session", "services"].includes(type)
    ? `${type}.${name}`
    : "";
}

const COMMENT = new RegExp(`(?:^|[${JAVASCRIPT_SPACES}])[#;]`);

function contentOf(line: string): string {
  const at = line.search(COMMENT);
  return trim(at === -1 ? line : line.slice(0, at), JAVASCRIPT_SPACES);
}
