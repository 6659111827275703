// Has STS trade the code for a session; a code that it refused is asked for again, where somebody can be.
import { readCode } from "../codes.ts";
import { UpdstsError } from "../errors.ts";
import type { CodeSource, Ports, Session } from "../ports.ts";
import { Secret } from "../secret.ts";
import type { SessionPlan } from "./session_plan.ts";

/** How many codes a person may try for one session. */
export const CODE_ATTEMPTS = 3;

/**
 * The session for `plan`. `given` is the code that came with the request; it is
 * tried once. Without it, `codes` is asked, and again after each refusal.
 */
export async function issueSession(
  { codes, issuer }: Pick<Ports, "codes" | "issuer">,
  plan: SessionPlan,
  durationSeconds: number,
  given: Secret | undefined,
): Promise<Session> {
  const { profile, device } = plan;
  let refused: UpdstsError | undefined;
  for (let attempt = 1;; attempt++) {
    const code = requireCode(
      given ?? await codes.code(profile, device, refused),
    );
    try {
      return await issuer.issue({ ...plan, code, durationSeconds });
    } catch (error) {
      const last = given !== undefined || attempt === CODE_ATTEMPTS;
      if (last || !isRefusedCode(error) || !canAskAgain(codes)) throw error;
      refused = error;
    }
  }
}

function isRefusedCode(error: unknown): error is UpdstsError {
  return error instanceof UpdstsError && error.code === "MFA_REFUSED";
}

function canAskAgain({ asksAgain }: CodeSource): boolean {
  return asksAgain === true;
}

/**
 * The six digits of `code`, in whatever spelling.
 *
 * @throws {UpdstsError} `CODE_INVALID`
 */
export function requireCode(code: Secret): Secret {
  const digits = readCode(code.reveal());
  if (digits !== undefined) return new Secret(digits);
  throw new UpdstsError(
    "CODE_INVALID",
    "Cannot use the TOTP code: it is not six digits",
    { hint: "type the six digits that the MFA device shows now" },
  );
}
