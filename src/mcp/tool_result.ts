// What a tool answers: the same JSON for programs and for the model, or an error it can act on.
import type { CallToolResult } from "@modelcontextprotocol/server";
import { type ErrorCode, toErrorAnswer, UpdstsError } from "../errors.ts";
import type { Log } from "../ports.ts";

/** An answer; `note` is further text for the model. */
export function success(
  answer: { readonly result: unknown },
  note?: string,
): CallToolResult {
  const texts = [JSON.stringify(answer), ...(note === undefined ? [] : [note])];
  return {
    structuredContent: { ...answer },
    content: texts.map((text) => ({ type: "text", text })),
  };
}

/**
 * A failure that the model gets to read. It stands in `content` alone, since
 * `structuredContent` must match the tool's output schema.
 */
export function failure(error: unknown, log: Log): CallToolResult {
  const known = error instanceof UpdstsError
    ? error
    : new UpdstsError("INTERNAL", "Internal error: a defect of updsts");
  // The name alone: what somebody else's error says may quote a secret.
  if (known.code === "INTERNAL") log.warn(`Internal error: ${nameOf(error)}`);
  const text = JSON.stringify({
    error: { ...toErrorAnswer(known), next_step: nextStep(known.code) },
  });
  return { isError: true, content: [{ type: "text", text }] };
}

/** What an agent should do about a failure, in one sentence. */
function nextStep(code: ErrorCode): string {
  switch (code) {
    case "PROFILE_NOT_FOUND":
    case "KEYS_TEMPORARY":
    case "NAME_INVALID":
      return "Call updsts_get_credential_info_list and use one of the names there.";
    case "CODE_MISSING":
      return "Give totp_token, or ask the person to run updsts get in a terminal.";
    case "CODE_DECLINED":
      return "Do not ask again unless the person wants to go on.";
    case "CODE_INVALID":
    case "MFA_REFUSED":
      return "Wait for the next code and call again with it; never repeat a code.";
    case "NAME_TAKEN":
      return "Call again with another sts_profile_name.";
    case "DURATION_INVALID":
    case "USAGE":
      return "Call again with that parameter corrected.";
    case "FILE_LOCKED":
    case "FILE_BUSY":
    case "STS_THROTTLED":
    case "STS_FAILED":
    case "STS_TIMEOUT":
      return "Wait a minute, then call again with a new code.";
    default:
      return "Tell the person what the message says; calling again will not help.";
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
