// What the environment and ~/.aws/config say about a profile.
import { parseFile } from "../credentials/parse.ts";
import { listProfiles, type Profile } from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import type { AwsConfig, ProfileSettings } from "../ports.ts";
import type { Environment } from "./environment.ts";
import { onceReleased } from "./held_file.ts";
import { readRegularFile } from "./regular_file.ts";

/** Reads the config file once, when it is first asked. */
export class LocalAwsConfig implements AwsConfig {
  readonly #environment: Environment;
  readonly #variables: Variables;
  #sections: ConfigSections | undefined;

  /** The config that `environment` leads to; nothing is read yet. */
  constructor(environment: Environment) {
    this.#environment = environment;
    this.#variables = readVariables(environment);
  }

  file(): Promise<{ path: string; text: string } | undefined> {
    return onceReleased(() => this.#readFile());
  }

  settingsOf(name: string): Promise<ProfileSettings> {
    return onceReleased(() => this.#settingsOf(name));
  }

  /**
   * Where STS is asked, the credentials file has no say but for the region: an
   * agent may name one that it wrote itself, and would steer the request, or
   * hear the code that a person types.
   */
  #settingsOf(name: string): ProfileSettings {
    const sections = this.#sections ??= readSections(this.#readFile()?.text);
    const profile = sections.profiles.get(name);
    const { environmentRegion, fips, dualStack } = this.#variables;
    return {
      environmentRegion,
      region: profile?.value("region"),
      mfaSerial: profile?.value("mfa_serial"),
      credentialsKey: profile?.credentialsKey(),
      durationSeconds: profile?.value("duration_seconds"),
      fips: fips ?? profile?.value("use_fips_endpoint"),
      dualStack: dualStack ?? profile?.value("use_dualstack_endpoint"),
      ...this.#endpoint(profile, sections),
    };
  }

  /** The first endpoint that is named, as every SDK looks for it. */
  #endpoint(
    profile: Profile | undefined,
    { services }: ConfigSections,
  ): Pick<ProfileSettings, "endpoint" | "endpointSource"> {
    const none = { endpoint: undefined, endpointSource: undefined };
    const { endpoint: variable } = this.#variables;
    const ignored = this.#variables.ignored ??
      profile?.value("ignore_configured_endpoint_urls");
    if (ignored?.toLowerCase() === "true") return none;
    if (variable !== undefined) return variable;
    const endpoint = services.get(profile?.value("services") ?? "")?.value(
      "sts.endpoint_url",
    ) ?? profile?.value("endpoint_url");
    const endpointSource = "the config file";
    return endpoint === undefined ? none : { endpoint, endpointSource };
  }

  #readFile(): { path: string; text: string } | undefined {
    try {
      const path = this.#environment.expandHome(
        this.#environment.get("AWS_CONFIG_FILE") ?? "~/.aws/config",
      );
      return { path, text: readRegularFile(path, "AWS config file") };
    } catch (error) {
      // A config file is optional, for us as for the SDKs; so is a home.
      const missing = error instanceof UpdstsError &&
        error.code === "FILE_NOT_FOUND";
      if (missing) return undefined;
      throw error;
    }
  }
}

/** What the environment says of every profile, read once. */
interface Variables {
  readonly environmentRegion: string | undefined;
  readonly endpoint:
    | { readonly endpoint: string; readonly endpointSource: string }
    | undefined;
  /** Whether no endpoint counts that is configured: `true`, or anything else. */
  readonly ignored: string | undefined;
  readonly fips: string | undefined;
  readonly dualStack: string | undefined;
}

function readVariables({ get }: Environment): Variables {
  const sources = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"] as const;
  const [endpoint] = sources.flatMap(
    (endpointSource) => {
      const endpoint = get(endpointSource);
      return endpoint === undefined ? [] : [{ endpoint, endpointSource }];
    },
  );
  return {
    environmentRegion: get("AWS_REGION") ?? get("AWS_DEFAULT_REGION"),
    endpoint,
    ignored: get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
    fips: get("AWS_USE_FIPS_ENDPOINT"),
    dualStack: get("AWS_USE_DUALSTACK_ENDPOINT"),
  };
}

/** The sections of a config file, by the name that stands behind their kind. */
interface ConfigSections {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly services: ReadonlyMap<string, Profile>;
}

function readSections(text = ""): ConfigSections {
  const profiles = new Map<string, Profile>();
  const services = new Map<string, Profile>();
  let bare: Profile | undefined;
  for (const section of listProfiles(parseFile(text))) {
    const [, kind, name = ""] = HEADING.exec(section.name.trim()) ?? [];
    if (section.name === "default") bare = section;
    else if (kind === "profile") {
      addFirst(profiles, unquoted(name.trim()), section);
    } else if (kind === "services") {
      addFirst(services, unquoted(name.trim()), section);
    }
  }
  // [profile default] comes before [default].
  if (bare !== undefined) addFirst(profiles, "default", bare);
  return { profiles, services };
}

/** With all white space that some program sees there: Go's trims, JavaScript's takes any. */
const HEADING = /^(profile|services)\s(.+)$/s;

function unquoted(name: string): string {
  return /^(["'])(.*)\1$/s.exec(name)?.[2] ?? name;
}

function addFirst(
  sections: Map<string, Profile>,
  name: string,
  section: Profile,
): void {
  if (!sections.has(name)) sections.set(name, section);
}
