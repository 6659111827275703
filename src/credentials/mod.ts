/**
 * The lossless core of updsts as a library: reads an AWS credentials file by
 * position, and gives the edits that put a session into its managed block.
 * It touches no file, no network and no clock.
 *
 * Texts hold one character a byte (Latin-1), so any file comes back exactly.
 *
 * @example Read a profile
 * ```ts
 * import { findProfile, parseFile } from "@updsts/cli/credentials";
 * import assert from "node:assert/strict";
 *
 * const file = parseFile("[default]\naws_access_key_id = AKIAEXAMPLE\n");
 * const profile = findProfile(file, "default");
 * assert.equal(profile?.value("aws_access_key_id"), "AKIAEXAMPLE");
 * ```
 *
 * @example Put a session into a file
 * ```ts
 * import {
 *   applyEdits,
 *   parseFile,
 *   refreshEdits,
 *   Secret,
 * } from "@updsts/cli/credentials";
 * import assert from "node:assert/strict";
 *
 * const text = "# mine\r\n[default]\r\nregion = eu-west-1";
 * const edits = refreshEdits(parseFile(text), "default", "default_sts", {
 *   accessKeyId: "ASIAEXAMPLE",
 *   secretAccessKey: new Secret("secret"),
 *   sessionToken: new Secret("token"),
 *   expiration: "2026-01-02T03:04:05+00:00",
 * });
 * const refreshed = applyEdits(text, edits);
 * assert(refreshed.startsWith(`${text}\r\n# \${{{ key=default `));
 * assert(refreshed.includes("[default_sts]\r\n"));
 * ```
 *
 * @module
 */
export {
  type Damage,
  type ManagedBlock,
  ParsedFile,
  parseFile,
  type Property,
  type Section,
} from "./parse.ts";
export { findProfile, listProfiles, Profile } from "./profiles.ts";
export { PUBLIC_KEYS, type PublicKey, type SecretKey } from "./keys.ts";
export { assertProfileName, assertSessionName } from "./refusals.ts";
export {
  refreshEdits,
  removeEdits,
  type SessionValues,
} from "./session_edits.ts";
export {
  applyEdits,
  decodeText,
  type Edit,
  encodeText,
  type FileText,
  isUtf8,
  type Line,
  Lines,
} from "./text.ts";
export { MASK, Secret } from "../secret.ts";
export {
  type ErrorCode,
  type Hint,
  type Names,
  UpdstsError,
  type UpdstsErrorOptions,
} from "../errors.ts";
