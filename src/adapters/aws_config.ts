// What the environment and ~/.aws/config say about a profile.
import {
  listProfiles,
  parseFile,
  type Profile,
} from "../credentials/profiles.ts";
import { UpdstsError } from "../errors.ts";
import type { AwsConfig, ProfileSettings } from "../ports.ts";
import type { Environment } from "./environment.ts";
import { readRegularFile } from "./regular_file.ts";

/** Reads the config file once, when it is first asked. */
export class LocalAwsConfig implements AwsConfig {
  readonly #environment: Environment;
  #profiles: Promise<ReadonlyMap<string, Profile>> | undefined;

  /** The config that `environment` leads to; nothing is read yet. */
  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async settingsOf(name: string): Promise<ProfileSettings> {
    const profiles = await (this.#profiles ??= this.#read());
    const profile = sectionNames(name)
      .map((section) => profiles.get(section))
      .find((found) => found !== undefined);
    const get = this.#environment.get;
    const services = profile?.value("services");
    return {
      environmentRegion: get("AWS_REGION") ?? get("AWS_DEFAULT_REGION"),
      region: profile?.value("region"),
      mfaSerial: profile?.value("mfa_serial"),
      ...this.#endpoint(
        profile,
        services === undefined
          ? undefined
          : profiles.get(`services ${services}`),
      ),
    };
  }

  /** The first endpoint that is named, as every SDK looks for it. */
  #endpoint(
    profile: Profile | undefined,
    services: Profile | undefined,
  ): Pick<ProfileSettings, "endpoint" | "endpointSource"> {
    const get = this.#environment.get;
    const none = { endpoint: undefined, endpointSource: undefined };
    const ignored = get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    if (ignored?.toLowerCase() === "true") return none;
    const variables = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"];
    const named = [
      ...variables.map((name) => [get(name), name] as const),
      [services?.value("sts.endpoint_url"), "the config file"] as const,
      [profile?.value("endpoint_url"), "the config file"] as const,
    ];
    const [endpoint, endpointSource] =
      named.find(([url]) => url !== undefined) ?? [];
    return { ...none, endpoint, endpointSource };
  }

  async #read(): Promise<ReadonlyMap<string, Profile>> {
    const profiles = listProfiles(parseFile(await this.#readText()));
    return new Map(profiles.map((profile) => [profile.name, profile]));
  }

  async #readText(): Promise<string> {
    const path = this.#environment.expandHome(
      this.#environment.get("AWS_CONFIG_FILE") ?? "~/.aws/config",
    );
    try {
      return await readRegularFile(path, "AWS config file");
    } catch (error) {
      // A config file is optional, for us as for the SDKs.
      const missing = error instanceof UpdstsError &&
        error.code === "FILE_NOT_FOUND";
      if (missing) return "";
      throw error;
    }
  }
}

/** How a profile's section may be headed in the config file. */
function sectionNames(name: string): string[] {
  const names = [`profile ${name}`, `profile "${name}"`, `profile '${name}'`];
  return name === "default" ? [...names, "default"] : names;
}
