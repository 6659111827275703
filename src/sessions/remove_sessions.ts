// Use cases: remove the managed block of a profile, or all that have expired.
import {
  type ManagedBlock,
  type ParsedFile,
  parseFile,
} from "../credentials/parse.ts";
import { findProfile } from "../credentials/profiles.ts";
import { assertProfileName, assertUndamaged } from "../credentials/refusals.ts";
import { removeEdits } from "../credentials/session_edits.ts";
import { type Edit, encodeText } from "../credentials/text.ts";
import { UpdstsError } from "../errors.ts";
import type { Ports } from "../ports.ts";

/** What the removing use cases need of the world. */
export type RemovePorts = Pick<Ports, "file" | "clock" | "log">;

/** A session that was, or would be, removed. */
export interface RemovedSession {
  /** The profile that the session was asked for. */
  readonly profile: string;
  /** The profile that held it; undefined for an empty block. */
  readonly sessionProfile: string | undefined;
}

/**
 * Takes out the block of `profile`, named itself or by its session's profile.
 *
 * @throws {UpdstsError} `BLOCK_NOT_FOUND`, `BLOCK_BROKEN`, …
 */
export async function removeSession(
  ports: RemovePorts,
  { profile, dryRun = false }: {
    readonly profile: string;
    readonly dryRun?: boolean;
  },
): Promise<RemovedSession[]> {
  assertProfileName(profile, "the profile name");
  const removed = await removeBlocks(ports, dryRun, (file) => {
    assertUndamaged(file, encodeText(profile));
    // One name can be both, in a file for sessions: the source's comes first,
    // and the other session was not asked for.
    const block = file.blockOf(profile) ??
      file.blocks.find(({ sessionProfile }) => sessionProfile === profile);
    if (block !== undefined) assertUndamaged(file, block.key);
    return block === undefined ? [] : [block];
  });
  if (removed.length > 0) return removed;
  throw new UpdstsError(
    "BLOCK_NOT_FOUND",
    `Cannot remove the session of profile ${
      JSON.stringify(profile)
    }: updsts keeps no block for it`,
    { hint: "updsts list shows what is managed, and by which profile" },
  );
}

/**
 * Takes out all blocks whose session has expired, but for those that are
 * damaged, of which it warns.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN` for one that has expired and cannot be
 * taken out, when all others are
 */
export async function pruneSessions(
  ports: RemovePorts,
  { dryRun = false }: { readonly dryRun?: boolean },
): Promise<RemovedSession[]> {
  const { clock, file: { path }, log } = ports;
  const now = clock.now();
  let left: UpdstsError[] = [];
  let warnings: readonly string[] = [];
  const removed = await removeBlocks(ports, dryRun, (file) => {
    left = [];
    warnings = file.damage.map(({ message }) => message);
    return file.blocks.filter((block) => {
      const { key, sessionProfile = "" } = block;
      const end = findProfile(file, sessionProfile)?.expiration;
      if (end === undefined || end > now) return false;
      try {
        assertUndamaged(file, key);
        removeEdits(file, block);
        return true;
      } catch (error) {
        if (!(error instanceof UpdstsError)) throw error;
        left.push(error);
        return false;
      }
    });
  });
  for (const warning of warnings) log.warn(`${path}: ${warning}`);
  const [first] = left;
  if (first === undefined) return removed;
  for (const { profile, sessionProfile } of removed) {
    log.note(`Removed ${sessionProfile}, the session of ${profile}`);
  }
  throw first;
}

async function removeBlocks(
  { file }: RemovePorts,
  dryRun: boolean,
  choose: (file: ParsedFile) => readonly ManagedBlock[],
): Promise<RemovedSession[]> {
  let removed: RemovedSession[] = [];
  const change = (text: string): Edit[] => {
    const parsed = parseFile(text);
    const blocks = choose(parsed);
    removed = blocks.map(({ profile, sessionProfile }) => (
      { profile, sessionProfile }
    ));
    return blocks.flatMap((block) => removeEdits(parsed, block));
  };
  // What is there now tells half a file later, while the lock is waited for.
  await file.read();
  await (dryRun ? file.rehearse(change) : file.update(change));
  return removed;
}
