// Answers of the tools: the same JSON for programs and the model, or an error with a next step.
import type { CallToolResult } from "@modelcontextprotocol/server";
import { type ErrorCode, type Names, UpdstsError } from "../errors.ts";
import type { OpenPage } from "../page/pending_codes.ts";
import { visible } from "../page/markup.ts";
import type { CodePrompt } from "../page/question.ts";
import type { Log } from "../ports.ts";

/** The parameters that hints name. */
const NAMES: Names = {
  sessionProfile: "sts_profile_name",
  credentialsFile: "cred_file",
  verbose: "the server's option -v 1",
};

/** Where the code comes from: a parameter of the call, or a person. */
export type CodeOrigin = "given" | "typed";

/** An answer. */
export function success(
  answer: { readonly result: unknown; readonly note?: string },
): CallToolResult {
  return {
    structuredContent: { ...answer },
    content: [{ type: "text", text: JSON.stringify(answer) }],
  };
}

/** The answer for an `error` that the model gets to read. */
export function failure(
  error: unknown,
  log: Log,
  origin: CodeOrigin,
): CallToolResult {
  const known = error instanceof UpdstsError
    ? error
    : new UpdstsError("INTERNAL", "Internal error: a defect of updsts");
  const { code, message } = known;
  // The name alone: what somebody else's error says may quote a secret.
  if (code === "INTERNAL") {
    const cause = known.cause ?? error;
    log.warn(
      `Internal error: ${cause instanceof Error ? cause.name : typeof cause}`,
    );
  }
  // Their hints are for the person with the MFA device.
  const isForPerson = code === "CODE_INVALID" || code === "MFA_REFUSED";
  const hint = isForPerson ? undefined : known.hintWith(NAMES);
  const [typed, given = typed] = NEXT_STEPS[code] ?? [
    "Tell the person what the message says; calling again will not help.",
  ];
  return answerInWords({
    [code]: message,
    ...{ hint, next_step: origin === "given" ? given : typed },
  });
}

/**
 * The answer that has the model show the link to the person. If the client
 * answered for its person that they do not want to, they may have `declined`;
 * some clients do so by themselves.
 */
export function codeNeeded(
  { url, prompt: { profile } }: OpenPage,
  command: string,
  declined = false,
): CallToolResult {
  return answerInWords({
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
 * A failure, a line for each of its `parts`: no name of a file can add one. It stands in `content` alone, since
 * `structuredContent` must match the tool's output schema; and as words, since
 * Gemini CLI takes a text that is JSON for structured content, finds that it
 * does not match, and tells the model nothing else.
 */
function answerInWords(
  parts: Readonly<Record<string, string | undefined>>,
): CallToolResult {
  const lines = Object.entries(parts).flatMap(([name, words]) =>
    words === undefined ? [] : [`${name}: ${visible(words)}`]
  );
  return { isError: true, content: [{ type: "text", text: lines.join("\n") }] };
}

/**
 * What a client shows when it asks: the point first, since some cut it. Nothing
 * that an agent or a file named can add a line, or reach a terminal as it is.
 */
export function questionFor({ profile, device, file }: CodePrompt): string {
  return [
    `Type the MFA code for profile ${visible(profile)} on this page.`,
    `It is the code of ${visible(device)}, and goes to AWS, not to the model.`,
    ...(file === undefined
      ? []
      : [`The file is not your usual one: ${visible(file)}`]),
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
 * What an agent should do about an error: first if it gave no code, then if it
 * did and that makes a difference. Never to have a person type a code to the
 * model.
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
