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
import { assertSize, readRegularFile } from "./read.ts";
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
  assertNamesCanGo,
  assertReplaceable,
  giveName,
  Stillness,
  Target,
} from "./target.ts";
import {
  type Access,
  modeOf,
  NewDirectories,
  ownNamesIn,
  removeLeftovers,
  TemporaryFile,
} from "./temporary.ts";

/** From how long on a person is told why, in milliseconds. */
const WORTH_A_WORD = 1_000;

/** How long to look back at the replaced file, in milliseconds: if nobody else seemed to write to it, and if somebody did. */
const LOOK_BACK = 5;
const LONG_LOOK_BACK = 1_000;

/** What {@linkcode LocalCredentialsFile} takes of the world. */
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
  readonly spent: boolean;
  readonly stillness: Stillness;
  readonly directories: NewDirectories;
}

/** How long to wait before the next attempt, in milliseconds; undefined when all is done. */
type Wait = number | undefined;

/** A credentials file in the local file system. */
export class LocalCredentialsFile implements CredentialsFile {
  readonly path: string;
  readonly #world: Required<FileWorld>;
  /** The text that was read first, to tell what other programs have done to it since. */
  #baseline: string | undefined;
  /** Whose the file was when it was rehearsed on. */
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
    for (;;) {
      let text = "";
      let missing: unknown;
      try {
        text = await onceReleased(read, system);
      } catch (error) {
        if (!isMissing(error)) throw error;
        missing = error;
      }
      const wait = stillness.wait(text, missing !== undefined);
      if (wait === 0 || stillness.isOver) {
        if (missing !== undefined) throw missing;
        return this.#baseline = text;
      }
      await this.#pause(wait, stillness);
    }
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

  /** What the system says of the file; undefined if there is none. */
  facts(): FileFacts | undefined {
    const { environment } = this.#world;
    const placeOf = (path: () => string) => {
      try {
        const place = locate(path());
        if (!place.exists) return undefined;
        // Windows distinguishes neither case nor how the disk is written.
        const same = PATHS.isSame(place.path, this.path);
        return same ? this.path : place.path;
      } catch {
        // What is wrong with it shows when it is read.
        return undefined;
      }
    };
    const realPath = placeOf(() => this.path);
    if (realPath === undefined) return undefined;
    const home = placeOf(() => environment.expandHome("~/"));
    const { uid, nlink, mode } = Deno.statSync(realPath);
    const bits = modeOf({ mode });
    return {
      realPath,
      mode: bits === null ? undefined : bits & 0o7777,
      inProfile: bits === null && home !== undefined
        ? PATHS.isBelow(realPath, home)
        : undefined,
      own: home === undefined || uid === null
        ? undefined
        : Deno.statSync(home).uid === uid,
      names: nlink ?? 1,
      awsCliPath: placeOf(() => environment.credentialsPath()),
    };
  }

  async #write(
    change: Change,
    rehearsal: boolean,
    spent: boolean,
  ): Promise<void> {
    const { system } = this.#world;
    using directories = new NewDirectories();
    const stillness = new Stillness(system, this.#baseline, spent);
    const task = { change, rehearsal, spent, stillness, directories };
    try {
      for (;;) {
        const wait = await this.#attempt(task);
        if (wait === undefined) break;
        await this.#pause(wait, stillness);
      }
      if (!rehearsal) directories.keep();
    } catch (error) {
      throw writeError(error, this.path);
    }
  }

  async #pause(wait: number, stillness: Stillness): Promise<void> {
    if (wait > WORTH_A_WORD && !this.#said) {
      this.#said = true;
      this.#world.log.note(
        `Another program seems to be writing ${this.path}: waiting until it is done`,
      );
    }
    await stillness.pause(wait);
  }

  /** Does all of `task` once, unless another program was faster or must be waited for. */
  async #attempt(task: Task): Promise<Wait> {
    const { create, log, system } = this.#world;
    try {
      const place = this.#locate();
      task.directories.make(place);
      const { directory } = place;
      if (!task.spent) await assertNamesCanGo(place);
      const { dev, ino } = Deno.statSync(directory);
      const findHolder = () => ownNamesIn(directory).join() || undefined;
      const options = { system, spent: task.spent, findHolder };
      return await withLock(directory, options, async (locked) => {
        // What was locked may have been removed, and made anew by somebody else.
        const now = Deno.statSync(directory);
        if (now.dev !== dev || now.ino !== ino) return this.#startOver(task);
        if (!locked) {
          log.warn(
            `another program keeps ${directory} locked: the session is written without that lock`,
          );
        }
        return await this.#attemptIn(directory, locked, task);
      });
    } catch (error) {
      if (!isMissing(error)) throw error;
      // Another updsts had created the directory to rehearse, and removed it.
      if (create && error instanceof Deno.errors.NotFound) {
        return this.#startOver(task);
      }
      // Some programs remove the file before they write the new one.
      const wait = task.stillness.wait("", true);
      if (wait === 0 || task.stillness.isOver) throw error;
      return wait;
    }
  }

  /** The same, where nobody else of our kind is at work. */
  async #attemptIn(
    directory: string,
    locked: boolean,
    task: Task,
  ): Promise<Wait> {
    const { system } = this.#world;
    // First, so that its name tells those who wait whom they wait for.
    await using temporary = await TemporaryFile.create(directory, system);
    const place = this.#locate(temporary.uid);
    if (place.directory !== directory) return this.#startOver(task);
    if (locked) removeLeftovers(place, temporary);
    using kept = new DisposableStack();
    const target = kept.use(await this.#open(place, task.spent));
    if (!target.isInPlace) return this.#startOver(task);

    const edits = this.#settledEdits(target.text, task);
    if (typeof edits === "number") return edits;
    this.#baseline = target.text;
    const text = applyEdits(target.text, edits);
    assertSize(text.length, this.path, CREDENTIALS_FILE);
    if (!task.rehearsal && text === target.text && place.exists) {
      this.#warnOfExposure(target);
      return undefined;
    }
    if (task.rehearsal) await assertReplaceable(target, temporary, system);
    const access = task.rehearsal
      ? target.access
      : target.accessAfter(this.#rehearsed);
    await using written = await temporary.for(access);
    await written.write(text, access);
    if (task.rehearsal) {
      if (!written.isAt(written.path)) throw busy(this.path);
      written.rename();
      await written.remove();
      this.#rehearsed = access;
      return undefined;
    }
    const since = await this.#putInPlace(target, written, task.spent);
    if (since === undefined) return this.#startOver(task);
    const end = since +
      (task.stillness.disturbed ? LONG_LOOK_BACK : LOOK_BACK);
    this.#lookedBack = this.#lookBack(target, kept.move(), end).catch(() => {});
    this.#warnOfExposure(target);
    return undefined;
  }

  /** Where the file is; see {@linkcode locate}. */
  #locate(own: number | null = null): Place {
    try {
      const place = locate(this.path, own);
      if (place.exists || this.#world.create) return place;
      throw new Deno.errors.NotFound();
    } catch (error) {
      throw readError(error, this.path, CREDENTIALS_FILE);
    }
  }

  /** The file at `place`, opened and read. */
  #open(place: Place, spent: boolean): Promise<Target> {
    return onceReleased(
      () => new Target(place, this.path),
      this.#world.system,
      patienceFor(spent),
    );
  }

  /** When to try again, since somebody else was faster. */
  #startOver({ stillness, spent }: Task): Wait {
    if (stillness.isOver && !spent) throw busy(this.path);
    this.#world.log.info("The file was changed meanwhile: starting over");
    return stillness.afterCollision();
  }

  /** What to change; or how long to wait until the file can be taken for whole. */
  #settledEdits(
    text: string,
    { change, stillness, spent }: Task,
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
      if (!spent) throw busy(this.path);
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
    // Windows replaces nothing that is open, be it to ourselves.
    if (system.os === "windows") target[Symbol.dispose]();
    const unchanged = await this.#isUnchanged(target, written.uid, spent) &&
      // A neighbour may have given its name to a file of their own.
      written.isAt(written.path);
    if (!unchanged) return undefined;
    const since = system.now();
    // A rename would replace what another program has put there meanwhile.
    const hasName = !exists && giveName(written.path, path, system);
    if (hasName === undefined) return undefined;
    if (!hasName) {
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
    target: Target,
    own: number | null,
    spent: boolean,
  ): Promise<boolean> {
    try {
      using now = await this.#open(this.#locate(own), spent);
      return now.equals(target);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Says so if a program goes on writing to the replaced file, which has no name any more, before `end`. */
  async #lookBack(
    old: Target,
    kept: DisposableStack,
    end: number,
  ): Promise<void> {
    const { log, system } = this.#world;
    using _kept = kept;
    // If it is closed, as it has to be on Windows, nobody can tell.
    while (old.isWritten === false) {
      const left = end - system.now();
      if (left <= 0) return;
      await system.sleep(Math.min(left, LOOK_BACK));
    }
    if (old.isWritten === undefined) return;
    log.warn(
      `another program was still writing to ${this.path} when it was replaced, and what it wrote last is lost: see what is missing (updsts list), and let that program write it again`,
    );
  }

  /** Says who else can read what is in the file. */
  #warnOfExposure({ info }: Target): void {
    if (info === undefined) return;
    const { path } = this;
    const { log } = this.#world;
    const mode = modeOf(info);
    if (mode === null && this.facts()?.inProfile === false) {
      log.warn(
        `${path} is outside of your user profile, where other users of this machine may read it`,
      );
    }
    if (mode !== null && (mode & 0o077) !== 0) {
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
