// Ports in memory, for tests of the use cases; they keep what was asked of them.
import type { Profile } from "../../src/credentials/profiles.ts";
import { applyEdits } from "../../src/credentials/text.ts";
import { UpdstsError } from "../../src/errors.ts";
import type {
  AwsConfig,
  Change,
  CodeSource,
  CredentialsFile,
  Log,
  ProfileSettings,
  Session,
  SessionIssuer,
  SessionRequest,
} from "../../src/ports.ts";
import { LocalAwsConfig } from "../../src/machine/config.ts";
import { createEnvironment } from "../../src/machine/environment.ts";
import { Secret } from "../../src/secret.ts";

/** A credentials file that is a string. */
export class MemoryFile implements CredentialsFile {
  readonly path = "/home/alice/.aws/credentials";
  /** Called at the start of an update, as another program that writes would be. */
  beforeUpdate: () => void = () => {};
  /** How often the file was replaced. */
  writes = 0;
  text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(): Promise<string> {
    return Promise.resolve(this.text);
  }

  rehearse(change: Change): Promise<void> {
    return Promise.try(() => void applyEdits(this.text, change(this.text)));
  }

  update(change: Change): Promise<void> {
    return Promise.try(() => {
      this.beforeUpdate();
      this.text = applyEdits(this.text, change(this.text));
      this.writes++;
    });
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }
}

/** The settings of a profile that no file and no variable says anything of. */
export const NO_SETTINGS: ProfileSettings = {
  environmentRegion: undefined,
  region: undefined,
  mfaSerial: undefined,
  credentialsKey: undefined,
  durationSeconds: undefined,
  endpoint: undefined,
  endpointSource: undefined,
  fips: undefined,
  dualStack: undefined,
};

/** An AWS configuration that says the same of every profile. */
export class MemoryConfig implements AwsConfig {
  readonly #settings: ProfileSettings;

  constructor(settings: Partial<ProfileSettings> = {}) {
    this.#settings = { ...NO_SETTINGS, ...settings };
  }

  file(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  settingsOf(): Promise<ProfileSettings> {
    return Promise.resolve(this.#settings);
  }

  profiles(): Promise<ReadonlyMap<string, Profile>> {
    return Promise.resolve(new Map());
  }

  renew(): void {}
}

/** What a config file of this text says, without any variable. */
export class TextConfig extends LocalAwsConfig {
  constructor(readonly text: string) {
    super(createEnvironment(() => undefined));
  }

  protected override readFile(): { path: string; text: string } {
    return { path: "/home/alice/.aws/config", text: this.text };
  }
}

/** An issuer that gives one session, or fails, and notes what it was asked. */
export class MemoryIssuer implements SessionIssuer {
  readonly requests: SessionRequest[] = [];
  answer: Session | UpdstsError = exampleSession();

  rehearse(): Promise<void> {
    return Promise.resolve();
  }

  issue(request: SessionRequest): Promise<Session> {
    this.requests.push(request);
    return this.answer instanceof UpdstsError
      ? Promise.reject(this.answer)
      : Promise.resolve(this.answer);
  }
}

/** A code that somebody typed. */
export class MemoryCodes implements CodeSource {
  readonly asked: { profile: string; device: string }[] = [];
  answer = "654321";

  code(profile: string, device: string): Promise<Secret> {
    this.asked.push({ profile, device });
    return Promise.resolve(new Secret(this.answer));
  }
}

/** A log that keeps its lines. */
export class MemoryLog implements Log {
  readonly lines: string[] = [];

  warn(message: string): void {
    this.lines.push(`warning: ${message}`);
  }

  note(message: string): void {
    this.lines.push(`note: ${message}`);
  }

  info(message: string): void {
    this.lines.push(message);
  }

  debug(message: string): void {
    this.lines.push(message);
  }
}

/** A session as STS would give it. */
export function exampleSession(): Session {
  return {
    accessKeyId: "ASIAEXAMPLESESSION00",
    secretAccessKey: new Secret("session+secret/EXAMPLE"),
    sessionToken: new Secret("session//token+EXAMPLE=="),
    expiration: new Date("2026-01-02T03:04:05Z"),
  };
}
