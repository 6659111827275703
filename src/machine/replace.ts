// Reads, rehearses and replaces the credentials file without the loss of a byte.
import { applyEdits, type Edit } from "../credentials/text.ts";
import type {
  Change,
  CredentialsFile,
  FileFacts,
  Log,
  UpdateOptions,
} from "../ports.ts";
import { shellQuoted } from "../shell_quoted.ts";
import type { Environment } from "./environment.ts";
import { withLock } from "./lock.ts";
import { PATHS } from "./paths.ts";
import { locate, type Place } from "./place.ts";
import { assertSize, openRegularFile, readRegularFile } from "./read.ts";
import {
  busy,
  CREDENTIALS_FILE,
  isMissing,
  onceReleased,
  patienceFor,
  readError,
  REAL_SYSTEM,
  type System,
  writeError,
} from "./system.ts";
import {
  accessAfter,
  assertNamesCanGo,
  assertReplaceable,
  Stillness,
  type Target,
} from "./target.ts";
import {
  type Access,
  accessOf,
  createTemporaryFile,
  isSameAccess,
  makeDirectories,
  removeLeftovers,
  type TemporaryFile,
} from "./temporary.ts";

/** From how long on a person is told why, in milliseconds. */
const WORTH_A_WORD = 1_000;

/** How long to look back at the replaced file, in milliseconds: if nobody else seemed to write to it, and if somebody did. */
const LOOK_BACK = 5;
const LONG_LOOK_BACK = 1_000;

/** The environment of a {@linkcode LocalCredentialsFile}. */
export interface FileWorld {
  readonly environment: Environment;
  readonly log: Log;
  /** Whether there need be no file yet: then it is created, mode 0600, and its directory, mode 0700. */
  readonly create?: boolean;
  readonly system?: System;
}

/** One rehearsal or update, of as many attempts as it takes. */
interface Task {
  readonly change: Change;
  readonly rehearsal: boolean;
  readonly stillness: Stillness;
  /** Disposes of the directories that were made for the file. */
  readonly made: DisposableStack;
}

/** The pause before the next attempt, in milliseconds; undefined if none is needed. */
type Wait = number | undefined;

/** A credentials file in the local file system. */
export class LocalCredentialsFile implements CredentialsFile {
  readonly path: string;
  readonly #world: Required<FileWorld>;
  /** The text that was read first, to tell what other programs have done to it since. */
  #baseline: string | undefined;
  /** The access of the file when it was rehearsed on. */
  #rehearsed: Access | undefined;
  #lookedBack: Promise<void> = Promise.resolve();
  /** Whether the person knows that this takes a while. */
  #said = false;

  /** The file at `path`; nothing is touched yet. */
  constructor(path: string, world: FileWorld) {
    this.path = path;
    this.#world = { create: false, system: REAL_SYSTEM, ...world };
  }

  async read(): Promise<string> {
    const { create, system } = this.#world;
    const read = () => {
      try {
        return readRegularFile(this.path, CREDENTIALS_FILE);
      } catch (error) {
        if (create && isMissing(error)) return "";
        throw error;
      }
    };
    // Once it is known what was there, half a file is not taken for whole.
    const stillness = new Stillness(system, this.#baseline, false);
    let text = "";
    await this.#untilDone(stillness, async () => {
      text = await onceReleased(read, system);
      const wait = stillness.wait(text, false);
      return wait === 0 || stillness.isOver ? undefined : wait;
    });
    return this.#baseline = text;
  }

  rehearse(change: Change): Promise<void> {
    return this.#write(change, true, false);
  }

  update(change: Change, { spent = false }: UpdateOptions = {}): Promise<void> {
    return this.#write(change, false, spent);
  }

  settled(): Promise<void> {
    return this.#lookedBack;
  }

  /** Facts about the file; undefined if it does not exist. */
  facts(): FileFacts | undefined {
    const { environment } = this.#world;
    const find = (path: () => string) => {
      try {
        const place = locate(path());
        return place.exists ? place.path : undefined;
      } catch {
        // Reading the file reports the error.
        return undefined;
      }
    };
    // Windows distinguishes neither case nor how the disk is written.
    const spelled = (path: string | undefined) =>
      path !== undefined && PATHS.isSame(path, this.path) ? this.path : path;
    const realPath = spelled(find(() => this.path));
    if (realPath === undefined) return undefined;
    const home = find(() => environment.expandHome("~/"));
    const isWindows = Deno.build.os === "windows";
    const { uid, nlink, mode } = Deno.statSync(realPath);
    return {
      realPath,
      mode: isWindows || mode === null ? undefined : mode & 0o7777,
      inProfile: isWindows && home !== undefined
        ? PATHS.isBelow(realPath, home)
        : undefined,
      own: home === undefined || uid === null
        ? undefined
        : Deno.statSync(home).uid === uid,
      names: nlink ?? 1,
      awsCliPath: spelled(find(() => environment.credentialsPath())),
    };
  }

  async #write(
    change: Change,
    rehearsal: boolean,
    spent: boolean,
  ): Promise<void> {
    using made = new DisposableStack();
    const stillness = new Stillness(this.#world.system, this.#baseline, spent);
    const task = { change, rehearsal, stillness, made };
    try {
      await this.#untilDone(stillness, () => this.#attempt(task));
    } catch (error) {
      throw writeError(error, this.path);
    }
  }

  /** Repeats `attempt` until nothing is to be waited for. */
  async #untilDone(
    stillness: Stillness,
    attempt: () => Promise<Wait>,
  ): Promise<void> {
    const { create, log } = this.#world;
    for (;;) {
      let wait: Wait;
      try {
        wait = await attempt();
      } catch (error) {
        if (!isMissing(error)) throw error;
        if (create && error instanceof Deno.errors.NotFound) {
          // Another updsts had created the directory to rehearse, and removed it.
          wait = this.#startOver(stillness);
        } else {
          // Some programs remove the file before they write the new one.
          wait = stillness.wait("", true);
          if (wait === 0 || stillness.isOver) throw error;
        }
      }
      if (wait === undefined) return;
      if (wait > WORTH_A_WORD && !this.#said) {
        this.#said = true;
        log.note(
          `Another program seems to be writing ${this.path}: waiting until it is done`,
        );
      }
      await stillness.pause(wait);
    }
  }

  /** Does all of `task` once, unless another program was faster or must be waited for. */
  async #attempt(task: Task): Promise<Wait> {
    const { log, system } = this.#world;
    const { spent } = task.stillness;
    const place = this.#locate();
    makeDirectories(place, task.made);
    const { directory } = place;
    if (!spent) await assertNamesCanGo(place);
    return await withLock(directory, system, spent, async (locked) => {
      if (!locked) {
        log.warn(
          `another program keeps ${directory} locked: the session is written without that lock`,
        );
      }
      return await this.#attemptIn(directory, locked, task);
    });
  }

  /** Does so in `directory`, whose lock is held if `locked`. */
  async #attemptIn(
    directory: string,
    locked: boolean,
    { change, rehearsal, stillness }: Task,
  ): Promise<Wait> {
    const { system } = this.#world;
    // First, so that its name tells those who wait whom they wait for.
    await using temporary = await createTemporaryFile(directory, system);
    const place = this.#locate(temporary.access.uid);
    if (place.directory !== directory) return this.#startOver(stillness);
    if (locked) removeLeftovers(place, temporary);
    using kept = new DisposableStack();
    const target = await this.#open(place, stillness.spent, kept);

    const edits = this.#settledEdits(target.text, change, stillness);
    if (typeof edits === "number") return edits;
    this.#baseline = target.text;
    const text = applyEdits(target.text, edits);
    assertSize(text.length, this.path, CREDENTIALS_FILE);
    if (!rehearsal && text === target.text && place.exists) {
      this.#warnOfExposure(target);
      return undefined;
    }
    if (rehearsal) await assertReplaceable(target, temporary.access, system);
    const access = accessAfter(
      target,
      temporary.access,
      rehearsal ? undefined : this.#rehearsed,
    );
    await using written = await temporary.for(access);
    await written.write(text, access);
    if (rehearsal) {
      if (!written.isAt(written.path)) throw busy(this.path);
      await written.tryRemoval();
      this.#rehearsed = access;
      return undefined;
    }
    // Windows replaces no open file.
    if (system.os === "windows") kept.dispose();
    const since = await this.#putInPlace(target, written, stillness.spent);
    if (since === undefined) return this.#startOver(stillness);
    if (!kept.disposed) {
      const end = since + (stillness.disturbed ? LONG_LOOK_BACK : LOOK_BACK);
      this.#lookedBack = this.#lookBack(target, kept.move(), end)
        .catch(() => {});
    }
    this.#warnOfExposure(target);
    return undefined;
  }

  /** Resolves the path; see {@linkcode locate}. */
  #locate(own: number | null = null): Place {
    try {
      const place = locate(this.path, own);
      if (place.exists || this.#world.create) return place;
      throw new Deno.errors.NotFound();
    } catch (error) {
      throw readError(error, this.path, CREDENTIALS_FILE);
    }
  }

  /** Reads the file, which is closed with `kept`. */
  #open(place: Place, spent: boolean, kept: DisposableStack): Promise<Target> {
    const open = () => {
      if (!place.exists) return { place, text: "" };
      const opened = openRegularFile(this.path, CREDENTIALS_FILE, place.path);
      kept.use(opened.file);
      return { place, ...opened };
    };
    return onceReleased(open, this.#world.system, patienceFor(spent));
  }

  /** When to try again, since another program was faster. */
  #startOver(stillness: Stillness): Wait {
    if (stillness.isOver && !stillness.spent) throw busy(this.path);
    this.#world.log.info("The file was changed meanwhile: starting over");
    return stillness.afterCollision();
  }

  /** The edits; or how long to wait until the file is whole, in milliseconds. */
  #settledEdits(
    text: string,
    change: Change,
    stillness: Stillness,
  ): readonly Edit[] | number {
    let edits: readonly Edit[] | undefined;
    let refusal: unknown;
    try {
      edits = change(text);
    } catch (error) {
      refusal = error;
    }
    const wait = stillness.wait(text, edits === undefined);
    if (wait > 0 && !stillness.isOver) return wait;
    if (edits === undefined) throw refusal;
    if (wait > 0) {
      if (!stillness.spent) throw busy(this.path);
      this.#world.log.warn(
        `other programs kept changing ${this.path} for a minute, and the session was written into what was there then: see what is missing (updsts list)`,
      );
    }
    return edits;
  }

  /** Puts what is `written` in the target's place; the moment just before, or undefined if somebody else was faster. */
  async #putInPlace(
    target: Target,
    written: TemporaryFile,
    spent: boolean,
  ): Promise<number | undefined> {
    const { system } = this.#world;
    const { path, directory, exists } = target.place;
    const unchanged = await this.#isUnchanged(target, written, spent) &&
      // A neighbour may have given its name to a file of their own.
      written.isAt(written.path);
    if (!unchanged) return undefined;
    const since = system.now();
    try {
      // A rename would replace what another program has put there meanwhile.
      if (!exists) system.link(written.path, path);
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) return undefined;
      // Some file systems have no hard links.
    }
    if (exists || !written.isAt(path)) {
      try {
        await onceReleased(
          () => system.rename(written.path, path),
          system,
          patienceFor(spent),
          true,
        );
      } catch (error) {
        // Windows says only that it may not be done; this says that the file is held.
        if (system.os === "windows") system.rename(path, path);
        throw error;
      }
    }
    if (system.os !== "windows") {
      using open = Deno.openSync(directory);
      // The new file is in place; some file systems cannot sync a directory.
      await open.sync().catch(() => {});
    }
    return written.isAt(path) ? since : undefined;
  }

  /** Whether the file is what it was when it was read. */
  async #isUnchanged(
    { place, text, info }: Target,
    { access }: TemporaryFile,
    spent: boolean,
  ): Promise<boolean> {
    using kept = new DisposableStack();
    try {
      const now = await this.#open(this.#locate(access.uid), spent, kept);
      return now.place.path === place.path && now.text === text &&
        (info === undefined || now.info === undefined
          ? info === now.info
          : isSameAccess(accessOf(now.info), accessOf(info)));
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Says so if a program goes on writing to the replaced file, which has no name any more, before `end`. */
  async #lookBack(
    { file, info }: Target,
    kept: DisposableStack,
    end: number,
  ): Promise<void> {
    const { log, system } = this.#world;
    using _kept = kept;
    for (;;) {
      const now = file?.statSync();
      if (
        now?.size !== info?.size ||
        now?.mtime?.getTime() !== info?.mtime?.getTime()
      ) break;
      const left = file === undefined ? 0 : end - system.now();
      if (left <= 0) return;
      await system.sleep(Math.min(left, LOOK_BACK));
    }
    log.warn(
      `another program was still writing to ${this.path} when it was replaced, and what it wrote last is lost: see what is missing (updsts list), and let that program write it again`,
    );
  }

  /** Says who else can read what is in the file. */
  #warnOfExposure({ info }: Target): void {
    if (info === undefined) return;
    const { path } = this;
    const { log } = this.#world;
    if (Deno.build.os === "windows" && this.facts()?.inProfile === false) {
      log.warn(
        `${path} is outside of your user profile, where other users of this machine may read it`,
      );
    }
    if ((accessOf(info).mode & 0o077) !== 0) {
      log.warn(
        `${path} can be read by other users of this machine: run chmod 600 ${
          shellQuoted(path)
        }`,
      );
    }
    if (info.nlink !== null && info.nlink > 1) {
      log.warn(`${path} had other hard links, which keep the old content`);
    }
  }
}
