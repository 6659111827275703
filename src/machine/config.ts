// Settings of a profile from the environment and the config file.
import { parseFile } from "../credentials/parse.ts";
import { listProfiles, type Profile } from "../credentials/profiles.ts";
import type { AwsConfig, ProfileSettings } from "../ports.ts";
import type { Environment } from "./environment.ts";
import { withoutParentNames } from "./place.ts";
import { readRegularFile } from "./read.ts";
import { isMissing, onceReleased } from "./system.ts";

/** The config file and the environment; the file is read on first use, and again after `renew()`. */
export class LocalAwsConfig implements AwsConfig {
  readonly #environment: Environment;
  #sections: ConfigSections | undefined;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  file(): Promise<{ path: string; text: string } | undefined> {
    return onceReleased(() => this.readFile());
  }

  async profiles(): Promise<ReadonlyMap<string, Profile>> {
    return (await this.#read()).profiles;
  }

  renew(): void {
    this.#sections = undefined;
  }

  /**
   * The settings of profile `name`. Apart from the region, the endpoint never
   * depends on the credentials file: an agent could name a file of its own, and
   * would receive the code.
   */
  async settingsOf(name: string): Promise<ProfileSettings> {
    const sections = await this.#read();
    const profile = sections.profiles.get(name);
    const { get } = this.#environment;
    return {
      environmentRegion: get("AWS_REGION") ?? get("AWS_DEFAULT_REGION"),
      region: profile?.value("region"),
      mfaSerial: profile?.value("mfa_serial") ??
        deviceOfRoles(sections.profiles, name),
      credentialsKey: profile?.credentialsKey(),
      durationSeconds: profile?.value("duration_seconds"),
      fips: get("AWS_USE_FIPS_ENDPOINT") ?? profile?.value("use_fips_endpoint"),
      dualStack: get("AWS_USE_DUALSTACK_ENDPOINT") ??
        profile?.value("use_dualstack_endpoint"),
      caBundle: profile?.value("ca_bundle"),
      ...this.#endpoint(profile, sections),
    };
  }

  async #read(): Promise<ConfigSections> {
    return this.#sections ??= readSections((await this.file())?.text);
  }

  /** The endpoint, in the order of the AWS SDKs. */
  #endpoint(
    profile: Profile | undefined,
    { services }: ConfigSections,
  ): Pick<ProfileSettings, "endpoint" | "endpointSource"> {
    const { get } = this.#environment;
    const ignored = get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") ??
      profile?.value("ignore_configured_endpoint_urls");
    const service = services.get(profile?.value("services") ?? "");
    const found = ignored?.toLowerCase() === "true" ? undefined : [
      [get("AWS_ENDPOINT_URL_STS"), "AWS_ENDPOINT_URL_STS"],
      [get("AWS_ENDPOINT_URL"), "AWS_ENDPOINT_URL"],
      [
        service?.value("sts.endpoint_url"),
        "sts endpoint_url in the config file",
      ],
      [profile?.value("endpoint_url"), "endpoint_url in the config file"],
    ].find(([endpoint]) => endpoint !== undefined);
    return { endpoint: found?.[0], endpointSource: found?.[1] };
  }

  /** Reads the config file; tests replace this. */
  protected readFile(): { path: string; text: string } | undefined {
    const { get, expandHome } = this.#environment;
    try {
      const path = expandHome(get("AWS_CONFIG_FILE") ?? "~/.aws/config");
      return { path, text: readRegularFile(path, "AWS config file") };
    } catch (error) {
      // The config file is optional, and so is the home directory.
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

/** The variables that name a missing file, with its path. */
export function missingFiles(
  { get, expandHome }: Environment,
): { variable: string; path: string }[] {
  const variables = ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"] as const;
  return variables.flatMap((variable) => {
    const named = get(variable);
    if (named === undefined) return [];
    const path = expandHome(named);
    try {
      Deno.statSync(withoutParentNames(path));
      return [];
    } catch (error) {
      return isMissing(error) ? [{ variable, path }] : [];
    }
  });
}

/** Sections of a config file by name, without the prefix `profile` or `services`. */
interface ConfigSections {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly services: ReadonlyMap<string, Profile>;
}

/** The MFA device of the roles whose source is profile `name`; undefined unless they name the same. */
function deviceOfRoles(
  profiles: ReadonlyMap<string, Profile>,
  name: string,
): string | undefined {
  const devices = new Set(
    profiles.values().filter((role) => role.value("source_profile") === name)
      .map((role) => role.value("mfa_serial"))
      .filter((device) => device !== undefined),
  );
  return devices.size === 1 ? [...devices][0] : undefined;
}

/** Allows any white space, as the AWS SDK for JavaScript does. */
const HEADING = /^(profile|services)\s(.+)$/s;

function readSections(text = ""): ConfigSections {
  const found = {
    profile: new Map<string, Profile>(),
    services: new Map<string, Profile>(),
  };
  const sections = listProfiles(parseFile(text));
  for (const section of sections) {
    const [, kind, name = ""] = HEADING.exec(section.name.trim()) ?? [];
    if (kind !== "profile" && kind !== "services") continue;
    const bare = /^(["'])(.*)\1$/s.exec(name.trim())?.[2] ?? name.trim();
    if (!found[kind].has(bare)) found[kind].set(bare, section);
  }
  // [profile default] has precedence over [default].
  const bare = sections.find(({ name }) => name === "default");
  if (bare !== undefined && !found.profile.has("default")) {
    found.profile.set("default", bare);
  }
  return { profiles: found.profile, services: found.services };
}
