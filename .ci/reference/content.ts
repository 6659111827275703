// What the reference and the man page say, from the program's own data, and the
// little that stands in no other place.
import * as z from "zod";
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  COMMON_OPTIONS,
} from "../../src/cli/commands.ts";
import { EXIT_MEANINGS, exitCodeOf } from "../../src/cli/exit_codes.ts";
import {
  OPTION_NAMES,
  type OptionName,
  optionOf,
  type ValueKind,
} from "../../src/cli/options.ts";
import { RUNTIME_VARIABLES, VARIABLES } from "../../src/machine/environment.ts";
import { ERROR_CODES } from "../../src/error_codes.ts";
import { baseEnvironment, updsts } from "../../tests/support/command.ts";

/** What a person should know of a command besides what `--help` says. */
const NOTES: Readonly<Record<CommandName, readonly string[]>> = {
  get: [
    "Without -t, asks once all else is known to be in order: on stderr, with the answer read from whichever of stdin, stderr and stdout is a terminal. Without any terminal, fails with exit code 6.",
    "A code that STS refused is asked for again, three in all.",
  ],
  list: [
    "The table fits the terminal: where that is narrow, columns give way, the names last. Expired is red, less than 15 minutes yellow.",
    "A value is a mask unless it is known to be harmless, and looks like what belongs under its key.",
  ],
  remove: [
    "Lines between the opening tag and the header stay, for they belong to the profile above.",
  ],
  prune: [],
  doctor: [
    "It looks at the file, its mode, owner, links, encoding and line ends; whether it can be replaced; whatever makes the AWS CLI refuse it or the config file; broken blocks; each profile's key, device, region and session; certificates, proxy and endpoint; whether STS answers, how fast, and what its clock says.",
    "With a profile, it rehearses a refresh as get does: a problem is what get would refuse, or warn of. Nothing of yours is sent.",
  ],
  completion: [
    "A name that a shell might run, because of a dollar sign, a quote or a semicolon in it, is not proposed; one with a blank or one of @ = : is quoted.",
  ],
  mcp: [
    "Speaks the revisions 2026-07-28 and those of 2025. The code is typed by a person, on a page of this machine; the agent never sees it.",
  ],
};

/** What may stand behind an option that takes such a value. */
const VALUES: Readonly<Record<ValueKind, string>> = {
  profile: "A profile of the file; the name of its session means the same",
  name: "A name that can stand in a section header",
  code:
    "Six digits, also with a blank or a hyphen between them; - reads a line from stdin",
  duration: "Seconds, or hours, minutes and seconds: 5400, 90m, 1h30m",
  device: "An ARN, or the serial number of a hardware token",
  path:
    "A file; ~/ is expanded. For the credentials file, - is stdin, and the session needs a file of its own",
  level:
    "0: errors and warnings. 1: also file, region, endpoint, request id. 2: for a bug report",
};

/** The files that the program touches. */
const FILES: Readonly<Record<string, string>> = {
  "~/.aws/credentials":
    "The credentials file: long-term keys, and the blocks of updsts",
  "~/.aws/config": "Region, device and endpoint of profiles; only read",
};

/** An option as a row of a table. */
export interface OptionRow {
  /** `-n`, `--profile`. */
  readonly words: readonly string[];
  readonly placeholder: string | undefined;
  readonly meaning: string;
  readonly standard: string | undefined;
}

export interface CommandContent {
  readonly name: string;
  readonly brief: string;
  readonly usage: string;
  /** Paragraphs. */
  readonly about: readonly string[];
  readonly options: readonly OptionRow[];
  readonly examples: readonly string[];
}

/** Words that are explained, those that mean the same together. */
export interface Explained {
  readonly words: readonly string[];
  readonly meaning: string;
  readonly standard?: string | undefined;
}

export interface Content {
  readonly commands: readonly CommandContent[];
  readonly common: readonly OptionRow[];
  /** What stands where no command does. */
  readonly program: readonly OptionRow[];
  readonly values: readonly (Explained & { readonly placeholder: string })[];
  /** Other spellings of long options. */
  readonly spellings: readonly {
    readonly long: string;
    readonly others: readonly string[];
  }[];
  readonly variables: readonly Explained[];
  readonly files: readonly Explained[];
  readonly exits: readonly {
    readonly code: number;
    readonly meaning: string;
  }[];
  readonly errors: readonly {
    readonly code: string;
    readonly exit: number;
    readonly meaning: string;
    readonly remedy: string;
  }[];
  readonly tools: readonly {
    readonly name: string;
    readonly title: string;
    readonly description: string;
    readonly parameters: readonly {
      readonly name: string;
      readonly required: boolean;
      readonly meaning: string;
      readonly standard: string | undefined;
    }[];
  }[];
}

/** All of it. */
export async function content(): Promise<Content> {
  return {
    commands: COMMAND_NAMES.map(commandContent),
    common: optionRows(COMMON_OPTIONS),
    program: optionRows({
      help: "Show the commands",
      version: "Show the version",
    }),
    values: valueRows(),
    spellings: OPTION_NAMES.flatMap((name) => {
      const { long, spellings = [] } = optionOf(name);
      return spellings.length === 0 ? [] : [{ long, others: spellings }];
    }),
    variables: explained({ ...VARIABLES, ...RUNTIME_VARIABLES }),
    files: explained(FILES),
    exits: Object.entries(EXIT_MEANINGS)
      .map(([code, meaning]) => ({ code: Number(code), meaning })),
    errors: typedKeys(ERROR_CODES).map((code) => ({
      code,
      exit: exitCodeOf(code),
      ...ERROR_CODES[code],
    })),
    tools: await toolDescriptions(),
  };
}

function commandContent(name: CommandName): CommandContent {
  const { brief, usage, about, options, examples } = COMMANDS[name];
  return {
    name,
    brief,
    usage: `updsts ${name} ${usage}`,
    about: [about, ...NOTES[name]],
    options: optionRows(options),
    examples,
  };
}

function optionRows(
  options: Readonly<Partial<Record<OptionName, string>>>,
): OptionRow[] {
  return OPTION_NAMES.flatMap((name) => {
    const text = options[name];
    if (text === undefined) return [];
    const { short, long, value } = optionOf(name);
    return [{
      words: short === undefined ? [long] : [short, long],
      placeholder: value?.placeholder,
      ...splitDefault(text),
    }];
  });
}

/** The help says the default in brackets, a table in a column. */
function splitDefault(text: string): {
  readonly meaning: string;
  readonly standard: string | undefined;
} {
  const [, standard] = / ?\(default: ([^)]*)\)/.exec(text) ?? [];
  return {
    meaning: text.replace(/ ?\(default: [^)]*\)/, ""),
    standard,
  };
}

function valueRows(): Content["values"] {
  return typedKeys(VALUES).map((kind) => {
    const taking = OPTION_NAMES.map(optionOf)
      .filter(({ value }) => value?.kind === kind);
    const [placeholder = ""] = taking.map(({ value }) => value?.placeholder);
    return {
      placeholder,
      words: taking.map(({ long }) => long),
      meaning: VALUES[kind],
    };
  });
}

function explained(meanings: Readonly<Record<string, string>>): Explained[] {
  const groups = Map.groupBy(Object.entries(meanings), ([, text]) => text);
  return Array.from(groups, ([text, entries]) => ({
    words: entries.map(([word]) => word),
    ...splitDefault(text),
  }));
}

/** `Object.keys`, of an object that is known to have no others. */
function typedKeys<K extends string>(
  object: Readonly<Record<K, unknown>>,
): K[] {
  const has = (key: string): key is K => Object.hasOwn(object, key);
  return Object.keys(object).filter(has);
}

const toolsSchema = z.object({
  result: z.array(z.object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    parameters: z.array(z.object({
      name: z.string(),
      required: z.boolean(),
      description: z.string(),
    })),
  })).min(1),
});

/** What the server says of its tools, asked of the program. */
async function toolDescriptions(): Promise<Content["tools"]> {
  const { stdout, stderr, code } = await updsts(["mcp", "--json"], {
    ...await baseEnvironment(),
    HOME: "/",
    USERPROFILE: "/",
  });
  if (code !== 0) throw new Error(`updsts mcp fails: ${stderr}`);
  return toolsSchema.parse(JSON.parse(stdout)).result.map((tool) => ({
    ...tool,
    parameters: tool.parameters.map(({ name, required, description }) => ({
      name,
      required,
      ...splitDefault(description.replace(/; (default: .+)$/, " ($1)")),
    })),
  }));
}
