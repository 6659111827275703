// The report of `doctor`: each check, and each cause once.
import { type ErrorCode, UpdstsError } from "../errors.ts";

/** The result of a check, without secrets. */
export interface Finding {
  /** The subject: `file`, `profile default`, `clock`. */
  readonly check: string;
  /** A problem keeps something from working; a warning does not yet. */
  readonly status: "ok" | "warning" | "problem";
  readonly message: string;
  readonly hint?: string | undefined;
  /** The error of a refresh. */
  readonly code?: ErrorCode;
}

export class Report {
  readonly findings: Finding[] = [];
  /** The text of a warning or problem. */
  readonly #messages = new Set<string>();

  ok(check: string, message: string): void {
    this.findings.push({ check, status: "ok", message });
  }

  warn(check: string, message: string, hint?: string): void {
    this.#messages.add(message);
    this.findings.push({ check, status: "warning", message, hint });
  }

  /** Adds `error` as a problem, once; rethrows an error that is not an {@linkcode UpdstsError}. */
  fail(check: string, error: unknown, hint?: string): void {
    if (!(error instanceof UpdstsError)) throw error;
    const { code, message } = error;
    if (this.has(message)) return;
    this.#messages.add(message);
    // `doctor` does not change files or send codes.
    hint ??= error.hint?.replace(
      /; (?:nothing was changed|the code is not spent)$/,
      "",
    );
    this.findings.push({ check, status: "problem", message, hint, code });
  }

  /** Runs `look`; an error is a problem. */
  async attempt<T>(
    check: string,
    look: () => T | Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      this.fail(check, error);
      return undefined;
    }
  }

  /** Changes the problems so far that `isOne` does not confirm into warnings. */
  confirm(isOne: (problem: Finding) => boolean): void {
    for (const [index, finding] of this.findings.entries()) {
      const { code, ...rest } = finding;
      if (code === undefined || isOne(finding)) continue;
      this.findings[index] = { ...rest, status: "warning" };
    }
  }

  has(message: string): boolean {
    return this.#messages.has(message);
  }
}
