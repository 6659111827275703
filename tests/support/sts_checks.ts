// The requests that STS refuses whoever signed them, and its words for it.

import type { HttpRequest } from "./raw_http.ts";

/** What AWS says no with. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export type StsAction = "GetSessionToken" | "GetCallerIdentity";

export function checkOperation(
  request: HttpRequest,
  form: URLSearchParams,
): StsAction {
  const contentType = request.headers.get("content-type") ?? "";
  const [mediaType = ""] = contentType.split(";");
  if (
    request.method !== "POST" ||
    mediaType.trim().toLowerCase() !== "application/x-www-form-urlencoded"
  ) {
    throw new Refusal(
      400,
      "MalformedInput",
      "Expected a POST of application/x-www-form-urlencoded",
    );
  }
  const action = form.get("Action") ?? "";
  const version = form.get("Version") ?? "NO_VERSION_SPECIFIED";
  const known = action === "GetSessionToken" || action === "GetCallerIdentity";
  if (known && version === "2011-06-15") return action;
  throw new Refusal(
    400,
    "InvalidAction",
    `Could not find operation ${action} for version ${version}`,
  );
}

/** The duration in seconds; twelve hours if none was asked for. */
export function checkDuration(text: string | null): number {
  if (text === null) return 43_200;
  if (!/^-?\d+$/.test(text)) {
    throw invalid("durationSeconds", text, "be an integer");
  }
  const seconds = Number(text);
  if (seconds < 900) {
    const constraint = "have value greater than or equal to 900";
    throw invalid("durationSeconds", text, constraint);
  }
  if (seconds > 129_600) {
    const constraint = "have value less than or equal to 129600";
    throw invalid("durationSeconds", text, constraint);
  }
  return seconds;
}

export function checkTokenCode(code: string): void {
  if (/^\d{6}$/.test(code)) return;
  const constraint = code.length < 6
    ? "have length greater than or equal to 6"
    : code.length > 6
    ? "have length less than or equal to 6"
    : "satisfy regular expression pattern: [\\d]*";
  throw invalid("tokenCode", code, constraint);
}

function invalid(field: string, value: string, constraint: string): Refusal {
  return new Refusal(
    400,
    "ValidationError",
    `1 validation error detected: Value '${value}' at '${field}' failed to ` +
      `satisfy constraint: Member must ${constraint}`,
  );
}

export function denied(message: string): Refusal {
  return new Refusal(403, "AccessDenied", message);
}
