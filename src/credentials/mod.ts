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
 *
 * const file = parseFile("[default]\naws_access_key_id = AKIAEXAMPLE\n");
 * console.log(findProfile(file, "default")?.value("aws_access_key_id"));
 * ```
 *
 * @module
 */
export * from "./edit.ts";
export { type Line, splitLines } from "./lines.ts";
export {
  findManagedBlocks,
  type ManagedBlock,
  type ManagedBlocks,
} from "./managed_block.ts";
export * from "./profile_name.ts";
export {
  findProfile,
  listProfiles,
  type ParsedFile,
  parseFile,
  Profile,
  type Property,
  type PublicKey,
  type SecretKey,
  type Section,
} from "./profiles.ts";
export { removeEdits } from "./remove_edits.ts";
export { refreshEdits, type SessionValues } from "./refresh_edits.ts";
export { MASK, Secret } from "../secret.ts";
export {
  type ErrorCode,
  UpdstsError,
  type UpdstsErrorOptions,
} from "../errors.ts";
