// Ways to say that a person has to type a code.
import type { InputRequiredResult } from "@modelcontextprotocol/server";
import { UpdstsError } from "../errors.ts";
import { visible } from "../page/markup.ts";
import type { CodePrompt } from "../page/question.ts";

/** The name of the one input that is asked for. */
export const FIELD = "totp_token";

/**
 * Thrown to the tool when it must answer with a question. Since revision
 * 2026-07-28 a server does not send requests: it answers that input is
 * required, and the client calls again with it.
 */
export class QuestionRequired extends Error {
  /** The answer that asks. */
  readonly question: InputRequiredResult;

  constructor(question: InputRequiredResult) {
    super("The person has to be asked");
    this.question = question;
  }
}

/** A person has to open a page: the model shows it, and calls again. */
export class CodeNeeded extends UpdstsError {
  /** The address of the page. */
  readonly page: string;

  constructor(page: string, { profile }: CodePrompt, command: string) {
    super(
      "CODE_NEEDED",
      `The person has to type the MFA code for profile ${
        JSON.stringify(profile)
      } on a page of updsts`,
      {
        hint:
          `the page is on this machine and open for ten minutes; where no browser can open it, the person can run, in a terminal: ${command}`,
      },
    );
    this.page = page;
  }
}

/** Nobody can be asked at all. */
export function cannotAsk(command: string): UpdstsError {
  return new UpdstsError(
    "CODE_MISSING",
    "Cannot get a session: a code is needed, and nobody could be asked for it",
    { hint: `the person can run, in a terminal: ${command}` },
  );
}

/**
 * What a client shows when it asks: the point first, since some cut it. Nothing
 * that an agent or a file named can add a line, or reach a terminal as it is.
 */
export function questionFor(
  { profile, device, file }: CodePrompt,
  where: "page" | "form",
): string {
  const point = where === "page"
    ? `Type the MFA code for profile ${visible(profile)} on this page`
    : `Type the MFA code for profile ${visible(profile)}`;
  return [
    `${point}.`,
    `It is the code of ${visible(device)}, and goes to AWS, not to the model.`,
    ...(file === undefined
      ? []
      : [`The file is not your usual one: ${visible(file)}`]),
  ].join("\n");
}

/** A state that was sealed for another call. */
export function strayState(): UpdstsError {
  return new UpdstsError(
    "USAGE",
    "Cannot use the requestState: it belongs to a call with other arguments",
    { hint: "nothing was sent to AWS, and nothing was changed" },
  );
}

/** A state whose question is no longer open. */
export function overdue(): UpdstsError {
  return new UpdstsError(
    "CODE_EXPIRED",
    "Cannot get a session: the question that this call belongs to is over",
    {
      hint:
        "its page is closed; what it came to has been told, or nobody came in time",
    },
  );
}

/** Nobody waits for the outcome any more. */
export function cancelled(): UpdstsError {
  return new UpdstsError(
    "CANCELLED",
    "Cannot get a session: the call was cancelled, or took too long before anybody could be asked",
  );
}
