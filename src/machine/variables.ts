// The environment variables that the program reads, as data: the documents are
// made of it, and the flags allow these and no others. The program itself loads
// none of it.

/** What each variable says; those that say the same stand together. */
export const VARIABLES = {
  AWS_SHARED_CREDENTIALS_FILE:
    "The credentials file, unless -c names one (default: ~/.aws/credentials)",
  AWS_CONFIG_FILE:
    "The file where region, mfa_serial and the endpoint are looked up (default: ~/.aws/config)",
  AWS_REGION:
    "The region (default: the profile's, else the first of the device's partition)",
  AWS_DEFAULT_REGION:
    "The region (default: the profile's, else the first of the device's partition)",
  AWS_ENDPOINT_URL_STS:
    "The endpoint, as for the AWS CLI; settings of these names in the config file count as well",
  AWS_ENDPOINT_URL:
    "The endpoint, as for the AWS CLI; settings of these names in the config file count as well",
  AWS_USE_FIPS_ENDPOINT:
    "The endpoint, as for the AWS CLI; settings of these names in the config file count as well",
  AWS_USE_DUALSTACK_ENDPOINT:
    "The endpoint, as for the AWS CLI; settings of these names in the config file count as well",
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS:
    "The endpoint, as for the AWS CLI; settings of these names in the config file count as well",
  AWS_CA_BUNDLE:
    "PEM file of further certificate authorities, for proxies that inspect TLS",
  HTTPS_PROXY: "The proxy, in upper or lower case",
  HTTP_PROXY: "The proxy, in upper or lower case",
  ALL_PROXY: "The proxy, in upper or lower case",
  NO_PROXY: "The hosts that are asked without it, in upper or lower case",
  https_proxy: "The proxy, in upper or lower case",
  http_proxy: "The proxy, in upper or lower case",
  all_proxy: "The proxy, in upper or lower case",
  no_proxy: "The hosts that are asked without it, in upper or lower case",
  HOME: "What ~ stands for",
  USERPROFILE: "What ~ stands for on Windows",
  INIT_CWD:
    "Where deno task updsts was started: relative paths count from there",
} as const;

/** A variable that the program may read. */
export type Variable = keyof typeof VARIABLES;

/** What the runtime reads for the program, which needs no leave for it. */
export const RUNTIME_VARIABLES: Readonly<Record<string, string>> = {
  NO_COLOR: "With any value, nothing is coloured",
};
