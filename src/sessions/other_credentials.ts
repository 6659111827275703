// How a profile comes to credentials without a key of its own.

/** In a word, for a table. */
export type OtherKind = "role" | "sso" | "login" | "process" | "none";

/** The kind of credentials that `key`, of the profile or of the config file, stands for. */
export function otherKind(key: string | undefined): OtherKind {
  if (key === undefined) return "none";
  if (key.startsWith("sso_")) return "sso";
  switch (key) {
    case "role_arn":
    case "web_identity_token_file":
      return "role";
    case "login_session":
      return "login";
    case "credential_process":
      return "process";
    default:
      return "none";
  }
}

/** What such a profile does, for a person to read. */
export const WAYS: Readonly<Record<OtherKind, string>> = {
  role: "takes a role",
  sso: "signs in with aws sso login",
  login: "signs in with aws login",
  process: "asks a program for its keys",
  none: "no keys of its own",
};
