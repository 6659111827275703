// The interfaces between the use cases and the machine. Texts of files have one
// character a byte.
import type { Profile } from "./credentials/profiles.ts";
import type { Edit } from "./credentials/text.ts";
import type { UpdstsError } from "./errors.ts";
import type { Secret } from "./secret.ts";

/** Makes the edits to a text; throws to refuse. */
export type Change = (text: string) => readonly Edit[];

export interface UpdateOptions {
  /**
   * Whether STS has issued the session. It cannot be requested again with the
   * same code, so a lock delays the update and never prevents it, and after a
   * minute a file that other programs keep changing is written all the same.
   */
  readonly spent?: boolean;
}

/** The source of long-term keys; never written. */
export interface KeySource {
  /** The path as the user wrote it; undefined for stdin, which errors never quote. */
  readonly path: string | undefined;
  read(): Promise<string>;
}

/** The file that sessions are written to. */
export interface CredentialsFile extends KeySource {
  readonly path: string;
  /** Does everything that {@linkcode update} does except the rename, so that errors occur here. */
  rehearse(change: Change): Promise<void>;
  /**
   * Applies `change` and replaces the file atomically. Calls `change` again if
   * another program has changed the file meanwhile. If content that was read at
   * first is missing, waits until the file has been left unchanged.
   */
  update(change: Change, options?: UpdateOptions): Promise<void>;
  /** Resolves when the checks that follow {@linkcode update} are complete. */
  settled(): Promise<void>;
}

export interface StsTarget {
  readonly region: string;
  readonly endpoint: string | undefined;
  /** The setting for FIPS 140 endpoints: `true`, `false`, or an invalid value. */
  readonly fips: string | undefined;
  /** The same for dual-stack (IPv6) endpoints. */
  readonly dualStack: string | undefined;
  /** The profile's `ca_bundle` in the config file; AWS_CA_BUNDLE takes precedence. */
  readonly caBundle?: string | undefined;
}

/** The settings of a profile from the environment and the config file. */
export interface ProfileSettings extends Omit<StsTarget, "region"> {
  readonly environmentRegion: string | undefined;
  /** The profile's `region` in the config file. */
  readonly region: string | undefined;
  /**
   * The profile's `mfa_serial` in the config file, or the one of all roles that
   * have this profile as their source, if they agree.
   */
  readonly mfaSerial: string | undefined;
  /** The profile's `duration_seconds` in the config file. */
  readonly durationSeconds: string | undefined;
  /** The first key in the config file that gives the profile credentials. */
  readonly credentialsKey: string | undefined;
  /** The setting that `endpoint` comes from, for messages. */
  readonly endpointSource: string | undefined;
}

/** The AWS configuration outside of the credentials file. */
export interface AwsConfig {
  /** The config file; undefined if there is none. */
  file(): Promise<{ readonly path: string; readonly text: string } | undefined>;
  settingsOf(name: string): Promise<ProfileSettings>;
  profiles(): Promise<ReadonlyMap<string, Profile>>;
  /** Drops what was read of the config file. */
  renew(): void;
}

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

export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
  readonly expiration: Date;
}

/** Trades a long-term key and a code for a session. */
export interface SessionIssuer {
  /**
   * Finds reasons to refuse a request without sending one.
   *
   * @throws {UpdstsError} `STS_UNREACHABLE`, `HOST_FORBIDDEN`, `CA_BUNDLE_INVALID`
   */
  rehearse(target: StsTarget): Promise<void>;
  /** @throws {UpdstsError} one of the `STS_…`, `MFA_REFUSED`, `DEVICE_REFUSED`, `KEYS_REFUSED`. */
  issue(request: SessionRequest): Promise<Session>;
}

/** The source of a code if the request has none. */
export interface CodeSource {
  /** Whether it can give another code after STS has refused one. */
  readonly asksAgain?: boolean;
  /** Six digits; `refused` is the error of STS for the code before. */
  code(
    profile: string,
    device: string,
    refused?: UpdstsError,
  ): Promise<Secret>;
}

/** Facts of the operating system about the credentials file. */
export interface FileFacts {
  /** The path with all links resolved; as the user wrote it, if there are none. */
  readonly realPath: string;
  /** Permission bits; undefined on Windows. */
  readonly mode: number | undefined;
  /** Windows: whether it is in the user's profile directory, which others cannot read. */
  readonly inProfile: boolean | undefined;
  /** Whether its owner also owns the home directory; undefined if unknown. */
  readonly own: boolean | undefined;
  /** The number of hard links. */
  readonly names: number;
  /** The file that the AWS CLI reads, with all links resolved; undefined if there is none. */
  readonly awsCliPath: string | undefined;
}

/** The response of STS to an unsigned request. */
export interface StsFacts {
  readonly endpoint: URL;
  /** The proxy, without its password. */
  readonly proxy: string | undefined;
  readonly milliseconds: number;
  readonly status: number;
  /** Whether the response has a request ID, as those of AWS do. */
  readonly genuine: boolean;
  /** How far the clock of STS is ahead of the local one, in milliseconds. */
  readonly clockOffset: number | undefined;
}

/** The variables that other programs of this shell read. */
export interface ShellSettings {
  /** AWS_PROFILE. */
  readonly profile: string | undefined;
  /** AWS_DEFAULT_PROFILE, which some programs prefer to AWS_PROFILE. */
  readonly defaultProfile: string | undefined;
  /** Whether AWS_ACCESS_KEY_ID is set; programs prefer it to any profile. */
  readonly hasAccessKeyId: boolean;
  /** AWS_SHARED_CREDENTIALS_FILE. */
  readonly credentialsFile: string | undefined;
  /** The variables that name a missing AWS file; the file for sessions may be missing. */
  missingFiles(): readonly {
    readonly variable: string;
    readonly path: string;
  }[];
}

/** What `doctor` checks in addition to a refresh. */
export interface Surroundings {
  readonly shell: ShellSettings;
  /** Undefined if there is no file yet. */
  fileFacts(): Promise<FileFacts | undefined>;
  /**
   * The file of additional certificate authorities in effect.
   *
   * @throws {UpdstsError} `CA_BUNDLE_INVALID`
   */
  caBundle(): Promise<string | undefined>;
  /** @throws {UpdstsError} if STS does not respond */
  reachSts(target: StsTarget): Promise<StsFacts>;
}

export interface Clock {
  now(): Date;
}

/** Messages to a person. */
export interface Log {
  /** Something to correct; always shown. */
  warn(message: string): void;
  /** Something to know; always shown. */
  note(message: string): void;
  /** Steps, for `-v 1`. */
  info(message: string): void;
  /** Details for a bug report, for `-v 2`. */
  debug(message: string): void;
}

/** The files that the user named; undefined is the usual one. */
export interface NamedFiles {
  /** The credentials file; `-` is stdin. */
  readonly credentials: string | undefined;
  /** A separate file for sessions. */
  readonly sessions?: string | undefined;
  /** Whether a program writes the code to stdin; else a person types it. */
  readonly codeFromStdin?: boolean;
}

/** The ports of a refresh. */
export interface Ports {
  /** The file that sessions are written to. */
  readonly file: CredentialsFile;
  /** The source of the long-term keys, if not `file`. */
  readonly keys?: KeySource | undefined;
  readonly config: AwsConfig;
  readonly codes: CodeSource;
  readonly issuer: SessionIssuer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DoctorPorts extends Ports {
  readonly surroundings: Surroundings;
}
