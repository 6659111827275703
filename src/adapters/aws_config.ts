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
  readonly #variables: Variables;
  #profiles: ReadonlyMap<string, Profile> | undefined;

  /** The config that `environment` leads to; nothing is read yet. */
  constructor(environment: Environment) {
    this.#environment = environment;
    this.#variables = readVariables(environment);
  }

  file(): Promise<{ path: string; text: string } | undefined> {
    return Promise.try(() => this.#readFile());
  }

  settingsOf(name: string): Promise<ProfileSettings> {
    return Promise.try(() => this.#settingsOf(name));
  }

  #settingsOf(name: string): ProfileSettings {
    const profiles = this.#profiles ??= this.#read();
    const profile = sectionNames(name)
      .map((section) => profiles.get(section))
      .find((found) => found !== undefined);
    const services = profile?.value("services");
    return {
      environmentRegion: this.#variables.region,
      region: profile?.value("region"),
      mfaSerial: profile?.value("mfa_serial"),
      fips: this.#variables.fips ?? profile?.value("use_fips_endpoint"),
      dualStack: this.#variables.dualStack ??
        profile?.value("use_dualstack_endpoint"),
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
    const none = { endpoint: undefined, endpointSource: undefined };
    const { endpoint: variable } = this.#variables;
    const ignored = this.#variables.ignored ??
      profile?.value("ignore_configured_endpoint_urls");
    if (ignored?.toLowerCase() === "true") return none;
    if (variable !== undefined) return variable;
    const endpoint = services?.value("sts.endpoint_url") ??
      profile?.value("endpoint_url");
    const endpointSource = "the config file";
    return endpoint === undefined ? none : { endpoint, endpointSource };
  }

  #read(): ReadonlyMap<string, Profile> {
    const profiles = listProfiles(parseFile(this.#readFile()?.text ?? ""));
    return new Map(profiles.map((profile) => [profile.name, profile]));
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
  readonly region: string | undefined;
  readonly endpoint:
    | { readonly endpoint: string; readonly endpointSource: string }
    | undefined;
  /** Whether no endpoint counts that is configured: `true`, or anything else. */
  readonly ignored: string | undefined;
  readonly fips: string | undefined;
  readonly dualStack: string | undefined;
}

function readVariables({ get }: Environment): Variables {
  const [endpoint] = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"].flatMap(
    (endpointSource) => {
      const endpoint = get(endpointSource);
      return endpoint === undefined ? [] : [{ endpoint, endpointSource }];
    },
  );
  return {
    region: get("AWS_REGION") ?? get("AWS_DEFAULT_REGION"),
    endpoint,
    ignored: get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
    fips: get("AWS_USE_FIPS_ENDPOINT"),
    dualStack: get("AWS_USE_DUALSTACK_ENDPOINT"),
  };
}

/** How a profile's section may be headed in the config file. */
function sectionNames(name: string): string[] {
  const names = [`profile ${name}`, `profile "${name}"`, `profile '${name}'`];
  return name === "default" ? [...names, "default"] : names;
}
