// The interfaces between the use cases and the machine.
import type { Profile } from "./credentials/profiles.ts";
import type { Edit } from "./credentials/text.ts";
import type { UpdstsError } from "./errors.ts";
import type { Secret } from "./secret.ts";

/** The edits to make to a text (one character a byte); throws to refuse. */
export type Change = (text: string) => readonly Edit[];

/** What is to be known of an update besides the change. */
export interface UpdateOptions {
  /**
   * Whether STS has given a session for a code: it cannot be had again, so the
   * lock delays the update and never prevents it, and a file that other
   * programs keep changing for a minute is written all the same.
   */
  readonly spent?: boolean;
}

/** Where long-term keys are read, and nothing is written. */
export interface KeySource {
  /** Where it is, as the user knows it; undefined for stdin, of which nothing is quoted. */
  readonly path: string | undefined;
  /** The whole text, one character a byte. */
  read(): Promise<string>;
}

/** The user's credentials file. */
export interface CredentialsFile extends KeySource {
  /** Where it is, as the user knows it. */
  readonly path: string;
  /** The whole text, one character a byte. */
  read(): Promise<string>;
  /**
   * Does all that {@linkcode update} does except for the replacing, so that
   * whatever can fail fails here.
   */
  rehearse(change: Change): Promise<void>;
  /**
   * Replaces the file by what `change` makes of it, as a whole or not at all.
   * Calls `change` again if another program wrote to the file meanwhile, and
   * waits until a file that lacks something of what was read first has been
   * left alone.
   */
  update(change: Change, options?: UpdateOptions): Promise<void>;
  /** When what {@linkcode update} still has to find out about the replaced file is found out. */
  settled(): Promise<void>;
}

/** Where STS is asked. */
export interface StsTarget {
  readonly region: string;
  /** The endpoint's URL, if one is configured. */
  readonly endpoint: string | undefined;
  /** Whether the region's endpoint by FIPS 140 is wanted: `true`, `false`, or what was written instead. */
  readonly fips: string | undefined;
  /** The same for the one that IPv6 reaches, too. */
  readonly dualStack: string | undefined;
  /** The profile's `ca_bundle` in the config file, for which AWS_CA_BUNDLE is taken first. */
  readonly caBundle?: string | undefined;
}

/** What the environment and the config file say about a profile. */
export interface ProfileSettings
  extends Pick<StsTarget, "endpoint" | "fips" | "dualStack" | "caBundle"> {
  /** The region that the environment asks for. */
  readonly environmentRegion: string | undefined;
  /** The profile's `region` in the config file. */
  readonly region: string | undefined;
  /**
   * The profile's `mfa_serial` in the config file, else that of all roles there
   * that take this profile for their source, if they agree.
   */
  readonly mfaSerial: string | undefined;
  /** The profile's `duration_seconds` in the config file. */
  readonly durationSeconds: string | undefined;
  /** The first key of the profile in the config file, if any, that gives it credentials there. */
  readonly credentialsKey: string | undefined;
  /** What configured the endpoint, for a person to read. */
  readonly endpointSource: string | undefined;
}

/** The AWS configuration outside of the credentials file. */
export interface AwsConfig {
  /** The config file, one character a byte; undefined if there is none. */
  file(): Promise<{ readonly path: string; readonly text: string } | undefined>;
  settingsOf(name: string): Promise<ProfileSettings>;
  /** The profiles of the config file, by name. */
  profiles(): Promise<ReadonlyMap<string, Profile>>;
  /** Reads the config file anew when something of it is asked for next. */
  renew(): void;
}

/** The key, the device and the place that a session is asked with. */
export interface SessionRequest extends StsTarget {
  readonly profile: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** ARN or hardware serial of the MFA device. */
  readonly device: string;
  /** Six digits. */
  readonly code: Secret;
  /** 900 to 129,600. */
  readonly durationSeconds: number;
}

/** Temporary credentials. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  readonly expiration: Date;
}

/** Trades a long-term key and a code for a session. */
export interface SessionIssuer {
  /**
   * Finds, without asking anybody, why a session could not be asked for there.
   *
   * @throws {UpdstsError} `STS_UNREACHABLE`, `HOST_FORBIDDEN`, `CA_BUNDLE_INVALID`
   */
  rehearse(target: StsTarget): Promise<void>;
  /** @throws {UpdstsError} one of the `STS_…`, `MFA_REFUSED`, `DEVICE_REFUSED`, `KEYS_REFUSED`. */
  issue(request: SessionRequest): Promise<Session>;
}

/** Where a code comes from when the request brings none. */
export interface CodeSource {
  /** Whether it can be asked again after STS has refused the code that it gave. */
  readonly asksAgain?: boolean;
  /**
   * Six digits, asked for when all else is known to be in order. `refused` is
   * what STS said of the last code that came from here.
   */
  code(
    profile: string,
    device: string,
    refused?: UpdstsError,
  ): Promise<Secret>;
}

/** What the operating system says of the credentials file. */
export interface FileFacts {
  /** Where it is behind all links; as the user wrote it, if there are none. */
  readonly realPath: string;
  /** The permission bits; undefined where the system has none. */
  readonly mode: number | undefined;
  /** Where the system has no such bits: whether it is in the user's profile, which others cannot read. */
  readonly inProfile: boolean | undefined;
  /** Whether its owner also owns the home directory; undefined if unknown. */
  readonly own: boolean | undefined;
  /** How many names it has: more than one with hard links. */
  readonly names: number;
  /** The file that the AWS CLI would read, behind all links; undefined if there is none. */
  readonly awsCliPath: string | undefined;
}

/** How STS answered a request without a signature. */
export interface StsFacts {
  /** Where requests go. */
  readonly endpoint: URL;
  /** The proxy on the way, without its password. */
  readonly proxy: string | undefined;
  readonly milliseconds: number;
  /** Of HTTP. */
  readonly status: number;
  /** Whether the answer carries a request id, as those of AWS do. */
  readonly genuine: boolean;
  /** How far STS's clock is ahead of ours, in milliseconds. */
  readonly clockOffset: number | undefined;
}

/** What the environment says to the other programs of this shell. */
export interface ShellSettings {
  /** AWS_PROFILE. */
  readonly profile: string | undefined;
  /** AWS_DEFAULT_PROFILE, which some programs prefer to AWS_PROFILE. */
  readonly defaultProfile: string | undefined;
  /** Whether AWS_ACCESS_KEY_ID is set, which programs prefer to any profile. */
  readonly hasAccessKeyId: boolean;
  /** AWS_SHARED_CREDENTIALS_FILE. */
  readonly credentialsFile: string | undefined;
  /** The variables that name a file of AWS's which does not exist, and its path; but for the one for sessions, which may be made. */
  missingFiles(): readonly {
    readonly variable: string;
    readonly path: string;
  }[];
}

/** What `doctor` looks at, besides what every refresh does. */
export interface Surroundings {
  readonly shell: ShellSettings;
  /** Undefined if there is no file yet. */
  fileFacts(): Promise<FileFacts | undefined>;
  /**
   * The file of certificate authorities in effect, besides the usual ones.
   *
   * @throws {UpdstsError} `CA_BUNDLE_INVALID`
   */
  caBundle(): Promise<string | undefined>;
  /** @throws {UpdstsError} if there is no answer */
  reachSts(target: StsTarget): Promise<StsFacts>;
}

/** The time. */
export interface Clock {
  now(): Date;
}

/** Where a person reads what is going on. */
export interface Log {
  /** Something the person should mend. Always shown. */
  warn(message: string): void;
  /** Something the person should know. Always shown. */
  note(message: string): void;
  /** What is done, for `-v 1`. */
  info(message: string): void;
  /** Details for a bug report, for `-v 2`. */
  debug(message: string): void;
}

/** The files to work on, as a person named them; undefined is the usual one. */
export interface NamedFiles {
  /** The credentials file; `-` is stdin. */
  readonly credentials: string | undefined;
  /** Where sessions go, if they have a file of their own. */
  readonly sessions?: string | undefined;
  /** Whether another program writes the code to stdin; else a person types it. */
  readonly codeFromStdin?: boolean;
}

/** All ports, as they are built for one credentials file, or for two. */
export interface Ports {
  /** Where sessions are written. */
  readonly file: CredentialsFile;
  /** Where the long-term keys are, if not in that file. */
  readonly keys?: KeySource | undefined;
  readonly config: AwsConfig;
  readonly codes: CodeSource;
  readonly issuer: SessionIssuer;
  readonly clock: Clock;
  readonly log: Log;
}

/** The same, and what only a look at everything needs. */
export interface DoctorPorts extends Ports {
  readonly surroundings: Surroundings;
}
