// What is a profile of AWS, in a file that may be anything: a line in brackets can be somebody's secret.

/** The keys that AWS's tools and SDKs know, and those of updsts. */
const KEYS =
  /^(?:aws_(?:access_key_id|account_id|secret_access_key|security_token|session_token)|account_id_endpoint_mode|ca_bundle|cli_\w+|credential_(?:process|source)|defaults_mode|duration_seconds|endpoint_(?:discovery_enabled|url)|expiration(?:_datetime)?|external_id|ignore_configured_endpoint_urls|login_session|max_attempts|mfa_(?:device_arn|serial)|output|region|retry_mode|role_(?:arn|session_name)|s3(?:\.\w+)?|sdk_ua_app_id|services|source_profile|sso_\w+|sts_regional_endpoints|totp_secret_name|use_(?:dualstack|fips)_endpoint|web_identity_token_file|x_(?:principal_arn|security_token_expires))$/;

/** Whether AWS's tools know `key`. */
export function isAwsKey(key: string): boolean {
  return KEYS.test(key);
}

/** Letters and digits of any script, and what people put between them. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M} _.@+:/=()&~-]{0,99}$/u;

/** The same of those in ASCII alone: classes of Unicode take a ms to make ready. */
const PLAIN_NAME = /^\w[\w .@+:/=()&~-]{0,99}$/;

/** What a password in an address, or an address itself, has. */
const ADDRESS = /\/\/|:[^@]*@/;

/** Longer than words, with digits among the letters; or as long as a key. */
const TOKEN =
  /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{16}|[A-Za-z\d+/=]{36}|\d{16}/;

/** Whether `name` looks like one that somebody gave a profile, and like no secret. */
export function looksLikeName(name: string): boolean {
  return (PLAIN_NAME.test(name) || NAME.test(name)) && !ADDRESS.test(name) &&
    !TOKEN.test(name);
}
