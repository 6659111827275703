// Reads a file as the AWS SDK for JavaScript does. Tests compare it with the SDK.
import { type Reading, sectionOf } from "./reading.ts";
import { JAVASCRIPT_SPACES, trim } from "../text.ts";

/** Names that are special in the language, for which it refuses the whole file. */
const REFUSED = ["__proto__", "profile __proto__"];

/** What the SDK reads in `text` (decoded), or would if it did not refuse it. */
export function readAsJavaScript(
  text: string,
): { reading: Reading; refusal: boolean } {
  const reading: Reading = new Map();
  let refusal = false;
  let name = "";
  let parent = "";
  for (const line of text.split(/\r?\n/)) {
    const content = contentOf(line);
    const header = headerIn(content);
    if (header !== undefined) {
      refusal ||= REFUSED.includes(header);
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

/** The name of the section that the SDK sees begin on `line`, if any. */
export function javaScriptHeader(line: string): string | undefined {
  const header = headerIn(contentOf(line));
  return header && nameOf(header);
}

function headerIn(content: string): string | undefined {
  return content.length > 1 && content.startsWith("[") && content.endsWith("]")
    ? content.slice(1, -1)
    : undefined;
}

/**
 * The name of a profile; of two words, the first is a type, and those that it
 * does not know name nothing.
 */
function nameOf(header: string): string {
  const [, type, , name] =
    /^([\w-]+)\s(["'])?([\w\-@+.%:/]+)\2$/.exec(header) ?? [];
  if (type === undefined) return header;
  return ["profile", "sso-session", "services"].includes(type)
    ? `${type}.${name}`
    : "";
}

/** A comment begins a line, or follows white space. */
const COMMENT = new RegExp(`(?:^|[${JAVASCRIPT_SPACES}])[#;]`);

/** `line` without its comment. */
function contentOf(line: string): string {
  const at = line.search(COMMENT);
  return trim(at === -1 ? line : line.slice(0, at), JAVASCRIPT_SPACES);
}
