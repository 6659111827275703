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

type RemovePorts = Pick<Ports, "file" | "clock" | "log">;

/** A session that was, or would be, removed. */
export interface RemovedSession {
  readonly profile: string;
  /** Undefined for an empty block. */
  readonly sessionProfile: string | undefined;
}

/**
 * Removes the block of `profile`, named itself or by its session.
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
    // A name that is both a source and a session means the source.
    const block = file.blockOf(profile) ??
      file.blocks.find(({ sessionProfile }) => sessionProfile === profile);
    if (block !== undefined) assertUndamaged(file, block.key);
    return block === undefined ? [] : [block];
  });
  if (removed.length > 0) return removed;
  const name = JSON.stringify(profile);
  const message =
    `Cannot remove the session of profile ${name}: updsts keeps no block for it`;
  const hint = "updsts list shows what is managed, and by which profile";
  throw new UpdstsError("BLOCK_NOT_FOUND", message, { hint });
}

/**
 * Removes all blocks whose session has expired, and warns of damage.
 *
 * @throws {UpdstsError} `BLOCK_BROKEN`, after the others are removed, for a block that cannot be
 */
export async function pruneSessions(
  ports: RemovePorts,
  { dryRun = false }: { readonly dryRun?: boolean },
): Promise<RemovedSession[]> {
  const { clock, file: { path }, log } = ports;
  const now = clock.now();
  let left: UpdstsError[] = [];
  let damage: ParsedFile["damage"] = [];
  const removed = await removeBlocks(ports, dryRun, (file) => {
    left = [];
    damage = file.damage;
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
  for (const { message } of damage) log.warn(`${path}: ${message}`);
  const [first] = left;
  if (first === undefined) return removed;
  const verb = dryRun ? "Would remove" : "Removed";
  for (const { profile, sessionProfile } of removed) {
    log.note(`${verb} ${sessionProfile}, the session of ${profile}`);
  }
  throw first;
}

async function removeBlocks(
  { file }: RemovePorts,
  dryRun: boolean,
  choose: (file: ParsedFile) => readonly ManagedBlock[],
): Promise<RemovedSession[]> {
  let removed: readonly ManagedBlock[] = [];
  const change = (text: string): Edit[] => {
    const parsed = parseFile(text);
    removed = choose(parsed);
    return removed.flatMap((block) => removeEdits(parsed, block));
  };
  // A later read compared with this one shows a half-written file.
  await file.read();
  await (dryRun ? file.rehearse(change) : file.update(change));
  return removed.map(({ profile, sessionProfile }) => (
    { profile, sessionProfile }
  ));
}
