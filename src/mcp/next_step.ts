// What an agent should do about a failure, in one sentence that is true of what happened.
import type { UpdstsError } from "../errors.ts";
import { CodeNeeded } from "./code_needed.ts";

/** Where the code of a call came from: the agent, a person, or there was none. */
export type Codes = "given" | "typed" | "none";

/** The way on after `error`; never one that has a person type a code to the model. */
export function nextStep(error: UpdstsError, codes: Codes): string {
  if (error instanceof CodeNeeded) {
    return `Show the person this link: ${error.page} Then call again with the same arguments; that call waits for the person. If the link does not open, this server has ended with your call: have the person run the command in the hint instead. Do not ask for the code yourself.`;
  }
  switch (error.code) {
    case "PROFILE_NOT_FOUND":
    case "KEYS_TEMPORARY":
      return "Call updsts_get_credential_info_list and use one of the names there.";
    case "CODE_MISSING":
      return "Have the person run the command in the hint; then look the profile up with updsts_get_credential_info.";
    case "CODE_DECLINED":
      return "Do not ask again unless the person wants to go on.";
    case "CODE_EXPIRED":
      return "When the person is there, call again with the same arguments: they are asked anew.";
    case "CODE_INVALID":
      return codes === "given"
        ? "Nothing was sent to AWS, so there is nothing to wait for: call again with six digits, or without totp_token to have the person asked."
        : "Nothing was sent to AWS, so there is nothing to wait for: call again to have the person asked anew.";
    case "MFA_REFUSED":
      return codes === "given"
        ? "Never repeat a code: call again without totp_token to have the person asked, or with the next code of the tool that made this one."
        : "Call again without totp_token: the person is asked anew.";
    case "NAME_INVALID":
      return "Call again with that name corrected; updsts_get_credential_info_list shows the profiles that there are.";
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
    case "CANCELLED":
      return codes === "given"
        ? "Wait a minute, then call again with a new code, or without totp_token to have the person asked."
        : "Wait a minute, then call again: the person is asked anew.";
    default:
      return "Tell the person what the message says; calling again will not help.";
  }
}
