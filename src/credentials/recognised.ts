// What is a profile of AWS, in a file that may be anything: a line in brackets can be somebody's secret.

/** The keys that AWS's tools and SDKs know, and those of updsts; more are below. */
const KEYS: ReadonlySet<string> = new Set([
  ...["aws_access_key_id", "aws_account_id", "aws_secret_access_key"],
  ...["aws_security_token", "aws_session_token", "account_id_endpoint_mode"],
  ...["ca_bundle", "credential_process", "credential_source"],
  ...["defaults_mode", "duration_seconds", "endpoint_discovery_enabled"],
  ...["endpoint_url", "expiration", "expiration_datetime", "external_id"],
  ...["ignore_configured_endpoint_urls", "login_session", "max_attempts"],
  ...["mfa_device_arn", "mfa_serial", "output", "region", "retry_mode"],
  ...["role_arn", "role_session_name", "s3", "sdk_ua_app_id", "services"],
  ...["source_profile", "sts_regional_endpoints", "totp_secret_name"],
  ...["use_dualstack_endpoint", "use_fips_endpoint"],
  ...["web_identity_token_file", "x_principal_arn"],
  "x_security_token_expires",
]);

/** Whether AWS's tools know `key`. */
export function isAwsKey(key: string): boolean {
  return KEYS.has(key) || /^(?:(?:cli|sso)_|s3\.)\w+$/.test(key);
}

/** Letters and digits, and what people put between them. */
const PLAIN_NAME = /^\w[\w .@+:/=()&~-]{0,99}$/;

/** The same in any script; made when it is needed, since that takes a ms. */
function isName(name: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M} _.@+:/=()&~-]{0,99}$/u.test(name);
}

/** What a password in an address, or an address itself, has. */
const ADDRESS = /\/\/|:[^@]*@/;

/** Longer than words, with digits among the letters; or as long as a key. */
const TOKEN =
  /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{16}|[A-Za-z\d+/=]{36}|\d{16}/;

/** Whether `name` looks like one that somebody gave a profile, and like no secret. */
export function looksLikeName(name: string): boolean {
  return (PLAIN_NAME.test(name) || isName(name)) && !ADDRESS.test(name) &&
    !TOKEN.test(name);
}
