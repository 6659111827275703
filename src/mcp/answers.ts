// Results of the tools: JSON, or an error that tells the agent what to do next.
import type { CallToolResult } from "@modelcontextprotocol/server";
import type { ErrorCode, Names } from "../errors.ts";
import type { OpenPage } from "../page/pending_codes.ts";
import { maskInvisible } from "../page/markup.ts";
import { type CodePrompt, toUpdstsError } from "../page/question.ts";
import type { Log } from "../ports.ts";

/** Names that error hints use for parameters and options. */
const NAMES: Names = {
  sessionProfile: "sts_profile_name",
  credentialsFile: "cred_file",
  verbose: "the server's option -v 1",
};

/** Source of the code: the agent (`given`) or a person (`typed`). */
export type CodeOrigin = "given" | "typed";

/** A result, as structured content and as the same JSON in text. */
export function success(
  answer: { readonly result: unknown; readonly note?: string },
): CallToolResult {
  return {
    structuredContent: { ...answer },
    content: [{ type: "text", text: JSON.stringify(answer) }],
  };
}

/** The result for `error`, with the next step for the agent. */
export function failure(
  error: unknown,
  log: Log,
  origin: CodeOrigin,
): CallToolResult {
  const known = toUpdstsError(error);
  const { code, message, cause } = known;
  // Logs the name only: the message of a foreign error may contain a secret.
  if (code === "INTERNAL") {
    log.warn(
      `Internal error: ${cause instanceof Error ? cause.name : typeof cause}`,
    );
  }
  // The hints of these errors address the owner of the MFA device.
  const isForPerson = code === "CODE_INVALID" || code === "MFA_REFUSED";
  const hint = isForPerson ? undefined : known.hintWith(NAMES);
  const [typed, given = typed] = NEXT_STEPS[code] ?? [
    "Tell the person what the message says; calling again will not help.",
  ];
  return errorResult({
    [code]: message,
    ...{ hint, next_step: origin === "given" ? given : typed },
  });
}

/**
 * The result that asks the agent to show the link to the person. `declined`
 * means that the client reported a refusal, which some clients do by themselves.
 */
export function codeNeeded(
  { url, prompt: { profile } }: OpenPage,
  command: string,
  declined = false,
): CallToolResult {
  return errorResult({
    CODE_NEEDED: `The person has to type the MFA code for profile ${
      JSON.stringify(profile)
    } on a page of updsts`,
    hint:
      `the page is on this machine and open for ten minutes; where no browser can open it, the person can run, in a terminal: ${command}`,
    code_page: url,
    next_step: `${
      declined
        ? "The client did not show this link, or the person declined: if they did, do not ask again unless they want to go on. Otherwise show"
        : "Show"
    } the person this link: ${url} Then call again with the same arguments; that call waits for the person. If the link does not open, this server has ended with your call: have the person run the command in the hint instead. Do not ask for the code yourself.`,
  });
}

/**
 * An error, one line for each part. It is in `content` only, because
 * `structuredContent` must match the output schema, and it is not JSON, because
 * Gemini CLI validates JSON text against that schema and hides it from the model.
 */
function errorResult(
  parts: Readonly<Record<string, string | undefined>>,
): CallToolResult {
  const lines = Object.entries(parts).flatMap(([name, text]) =>
    text === undefined ? [] : [`${name}: ${maskInvisible(text)}`]
  );
  return { isError: true, content: [{ type: "text", text: lines.join("\n") }] };
}

/** The text that a client shows with the link: the request first, because some clients truncate. */
export function questionFor({ profile, device, file }: CodePrompt): string {
  return [
    `Type the MFA code for profile ${maskInvisible(profile)} on this page.`,
    `It is the code of ${
      maskInvisible(device)
    }, and goes to AWS, not to the model.`,
    ...(file === undefined
      ? []
      : [`The file is not your usual one: ${maskInvisible(file)}`]),
  ].join("\n");
}

const USE_LISTED =
  "Call updsts_get_credential_info_list and use one of the names there.";
const CORRECT = "Call again with that parameter corrected.";
const WAIT = [
  "Wait a minute, then call again: the person is asked again.",
  "Wait a minute, then call again with a new code, or without totp_token to have the person asked.",
] as const;

/**
 * Next steps for the agent: if a person types the code, and, where it differs,
 * if the agent gave it. None makes a person give a code to the model.
 */
const NEXT_STEPS: Partial<Record<ErrorCode, readonly [string, string?]>> = {
  PROFILE_NOT_FOUND: [USE_LISTED],
  KEYS_TEMPORARY: [USE_LISTED],
  CODE_MISSING: [
    "Have the person run the command in the hint; then look the profile up with updsts_get_credential_info.",
  ],
  CODE_DECLINED: ["Do not ask again unless the person wants to go on."],
  CODE_EXPIRED: [
    "When the person is there, call again with the same arguments: they are asked again.",
  ],
  CODE_INVALID: [
    "Nothing was sent to AWS, so there is nothing to wait for: call again and the person is asked again.",
    "Nothing was sent to AWS, so there is nothing to wait for: call again with six digits, or without totp_token to have the person asked.",
  ],
  MFA_REFUSED: [
    "Call again without totp_token: the person is asked again.",
    "Never repeat a code: call again without totp_token to have the person asked, or with the next code of the tool that made this one.",
  ],
  NAME_INVALID: [
    "Call again with that name corrected; updsts_get_credential_info_list shows the profiles that there are.",
  ],
  NAME_TAKEN: ["Call again with another sts_profile_name."],
  DURATION_INVALID: [CORRECT],
  USAGE: [CORRECT],
  FILE_LOCKED: WAIT,
  FILE_BUSY: WAIT,
  STS_THROTTLED: WAIT,
  STS_FAILED: WAIT,
  STS_TIMEOUT: WAIT,
  CANCELLED: WAIT,
};
