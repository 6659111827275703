// What a tool answers: the same JSON for programs and for the model, or an error it can act on.
import type { CallToolResult } from "@modelcontextprotocol/server";
import { UpdstsError } from "../errors.ts";
import type { Log } from "../ports.ts";
import { CodeNeeded } from "./code_needed.ts";
import { type Codes, nextStep } from "./next_step.ts";
import { inToolWords } from "./tool_words.ts";

/** An answer. */
export function success(
  answer: { readonly result: unknown; readonly note?: string },
): CallToolResult {
  return {
    structuredContent: { ...answer },
    content: [{ type: "text", text: JSON.stringify(answer) }],
  };
}

/**
 * A failure that the model gets to read. It stands in `content` alone, since
 * `structuredContent` must match the tool's output schema; and as words, since
 * Gemini CLI takes a text that is JSON for structured content, finds that it
 * does not match, and tells the model nothing else.
 */
export function failure(
  error: unknown,
  log: Log,
  codes: Codes = "none",
): CallToolResult {
  const known = error instanceof UpdstsError
    ? error
    : new UpdstsError("INTERNAL", "Internal error: a defect of updsts");
  // The name alone: what somebody else's error says may quote a secret.
  if (known.code === "INTERNAL") {
    log.warn(`Internal error: ${nameOf(known.cause ?? error)}`);
  }
  const { code, message } = known;
  // What these advise is for the person who has the device.
  const hint = code === "CODE_INVALID" || code === "MFA_REFUSED"
    ? undefined
    : known.hint;
  const text = [
    `${code}: ${inToolWords(message)}`,
    ...(hint === undefined ? [] : [`hint: ${inToolWords(hint)}`]),
    ...(known instanceof CodeNeeded ? [`code_page: ${known.page}`] : []),
    `next_step: ${nextStep(known, codes)}`,
  ].join("\n");
  return { isError: true, content: [{ type: "text", text }] };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
