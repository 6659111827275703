// Which parameter of a tool is meant by a name that it does not have.
import { nearOnes } from "../near_names.ts";

/** Words that other tools and APIs have for what is meant here. */
const SAME: ReadonlyMap<string, string> = new Map([
  ["otp", "totp"],
  ["code", "token"],
  ["passcode", "token"],
  ["session", "sts"],
  ["target", "sts"],
  ["credential", "cred"],
  ["credentials", "cred"],
  ["path", "file"],
  ["seconds", "duration"],
  ["ttl", "duration"],
  ["minimum", "min"],
  ["remain", "remaining"],
]);

/**
 * The one of `known` that has most words in common with `name`, else the one
 * that a slip of a finger made it of. A wrong guess would lead an agent to
 * give a code where it is no code: so undefined if it is like none.
 */
export function meantParameter(
  name: string,
  known: readonly string[],
): string | undefined {
  const meant = new Set(wordsOf(name));
  let [best, most]: [string | undefined, number] = [undefined, 0];
  for (const parameter of known) {
    const shared = wordsOf(parameter).filter((word) => meant.has(word)).length;
    if (shared > most) [best, most] = [parameter, shared];
  }
  if (best !== undefined) return best;
  return nearOnes(name, known)[0];
}

/** `durationSeconds` and `duration_seconds` are the same words. */
function wordsOf(name: string): string[] {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toLowerCase()
    .split(/[^a-z]+/)
    .map((word) => SAME.get(word) ?? word);
}
