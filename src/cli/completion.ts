// `updsts completion`: prints a script for each shell, and makes the proposals.
//
// A script runs `updsts complete -- WORD…` with the unfinished word last, and
// reads a line `word TAB description` for each proposal, then a directive. It
// passes the words on unchanged; the shell evaluates no part of the line.
import { viewProfiles } from "../sessions/profiles.ts";
import { matchWord, parseWords } from "./command_line.ts";
import type { Context } from "./context.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  COMMANDS,
  inOrder,
  OPTIONS,
  optionsOf,
  type OptionValues,
  SHELLS,
  type ValueKind,
} from "./grammar.ts";

const SCRIPTS = {
  bash: `# bash completion for updsts
_updsts() {
  local rest word last prefix line directive i
  local -a typed=()
  COMPREPLY=()
  # Bash splits words at = and :, which names may contain.
  rest=\${COMP_LINE:0:COMP_POINT}
  rest=\${rest#*"\${COMP_WORDS[0]}"}
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ \${#typed[@]} -gt 0 && $rest != [[:space:]]* ]]; then
      typed[\${#typed[@]}-1]+=$word
    else
      typed+=("$word")
      rest=\${rest#"\${rest%%[![:space:]]*}"}
    fi
    rest=\${rest#"$word"}
  done
  last=\${COMP_WORDS[COMP_CWORD]}
  [[ $last != [=:] ]] || last=
  prefix=\${typed[\${#typed[@]}-1]%"$last"}
  while IFS= read -r line; do
    case $line in
      :*) directive=$line ;;
      *)
        word=\${line%%$'\\t'*}
        word=\${word#"$prefix"}
        # After a typed quote, a blank needs no backslash.
        [[ $last == [\\'\\"]* ]] || word=\${word// /\\\\ }
        COMPREPLY+=("$word")
        ;;
    esac
  done < <(updsts complete -- "\${typed[@]//[\\"\\'\\\\]/}" 2>/dev/null)
  # Proposes files only where a path is expected.
  [[ $directive == :0 ]] || compopt +o default 2>/dev/null
}
complete -o default -F _updsts updsts`,
  zsh: `#compdef updsts
# zsh completion for updsts
_updsts() {
  local line directive
  local -a names shown
  while IFS= read -r line; do
    case $line in
      :*) directive=$line ;;
      *)
        names+=("\${line%%$'\\t'*}")
        shown+=("\${line%%$'\\t'*}  \${line#*$'\\t'}")
        ;;
    esac
  done < <(updsts complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if [[ $directive == :0 ]]; then
    _files
  elif (( $#names )); then
    # Quotes the names where necessary.
    compadd -l -d shown -a names
  fi
}
# Zsh runs this file from a directory of functions, and sources it from a profile.
if [[ \${funcstack[1]} == _updsts ]]; then
  _updsts "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _updsts updsts
fi`,
  fish: `# fish completion for updsts
function __updsts_complete
  set -l typed (commandline -opc)
  set -l partial (string unescape -- (commandline -ct))
  set -l lines (updsts complete -- $typed[2..-1] "$partial" 2>/dev/null)
  if contains -- :0 $lines
    __fish_complete_path "$partial"
  else
    string match -rv '^:\\d$' -- $lines
  end
end
complete -c updsts -e
complete -c updsts -f -a '(__updsts_complete)'`,
  powershell: `# PowerShell completion for updsts
Register-ArgumentCompleter -Native -CommandName updsts -ScriptBlock {
  param($partial, $line, $position)
  $typed = @($line.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.StartOffset -lt $position } |
    ForEach-Object {
      if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
      else { $_.Extent.Text }
    })
  if ($partial -eq '') {
    # PowerShell before 7.3 does not pass an empty word on.
    $typed += if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' }
  }
  & updsts complete -- $typed 2>$null | Where-Object { $_ -notmatch '^:\\d$' } | ForEach-Object {
    $word, $about = $_ -split "\`t", 2
    $quoted = if ($word -match '^[\\w.:=+/-]+$') { $word } else { "'" + ($word -replace "['\\u2018-\\u201b]", '$&$&') + "'" }
    if (!$about) { $about = $word }
    [System.Management.Automation.CompletionResult]::new($quoted, $word, 'ParameterValue', $about)
  }
}`,
} as const;

export function completion(
  { output }: Context,
  options: OptionValues,
): Promise<void> {
  const shell = SHELLS.find((name) => name === options.get("shell")) ?? "bash";
  const script = SCRIPTS[shell];
  if (options.has("json")) output.answerJson({ result: { shell, script } });
  else output.answer(script);
  return Promise.resolve();
}

/** A word, and its description. */
type Proposal = readonly [string, string?];

/** The directives to let the shell propose files, and not to. */
const [FILES, NO_FILES] = [":0", ":4"];

/** The values that are proposed for an option. */
const VALUES: Readonly<Partial<Record<ValueKind, readonly string[]>>> = {
  level: ["0", "1", "2"],
  duration: ["15m", "30m", "1h", "4h", "8h", "12h", "36h"],
};

/**
 * The answer for `words`, without the program's name. Errors are not reported:
 * they would appear in the line that a person is typing.
 */
export async function complete(
  words: readonly string[],
  { connect, output }: Context,
): Promise<string> {
  const partial = words.at(-1) ?? "";
  const finished = words.slice(0, -1);
  const { values, plain } = parseWords(finished);
  const command = COMMAND_NAMES.find((name) => name === plain[0]);
  const argument = command && COMMANDS[command].argument;
  // The option whose value is unfinished is in the same word, or in the one before.
  const [flag = ""] = /^--[\w-]+=/.exec(partial) ?? [];
  const option = matchWord(flag.slice(0, -1) || (finished.at(-1) ?? ""));
  const kind = option?.name === undefined || option.value !== undefined
    ? undefined
    : OPTIONS[option.name].value;
  if (kind === "path") return FILES;

  const profiles = async (): Promise<Proposal[]> => {
    const fits = typeof argument === "object" ? argument.fits : "any";
    const ports = await connect(
      { credentials: values.get("credentialFile") },
      output,
    );
    return (await viewProfiles(ports))
      .filter(({ kind, managedBy, session }) =>
        fits === "any" ||
        (fits === "long-term"
          ? kind === "long-term" || session !== undefined
          : managedBy !== undefined)
      ).filter(({ name }) => isQuotable(name)).map(({ name }) => [name]);
  };
  const propose = async (): Promise<readonly Proposal[]> => {
    if (kind === "profile") return await profiles();
    if (kind !== undefined) return VALUES[kind]?.map((value) => [value]) ?? [];
    if (flag !== "") return [];
    if (partial.startsWith("-")) return optionWords(command, partial);
    if (command === undefined) {
      return COMMAND_NAMES.map((name) => [name, COMMANDS[name].brief]);
    }
    const hasArgument = plain.length > 1 || values.has("profile");
    if (hasArgument || argument === undefined) return [];
    return argument === "shell"
      ? SHELLS.map((shell) => [shell])
      : await profiles();
  };
  const lines = (await propose().catch(() => []))
    .map(([word, description = ""]) => `${flag}${word}\t${description}`)
    .filter((line) => line.startsWith(partial));
  return [...lines, NO_FILES].join("\n");
}

/** The options that may follow; short forms only after a single dash. */
function optionWords(
  command: CommandName | undefined,
  partial: string,
): Proposal[] {
  return inOrder(optionsOf(command)).flatMap(([name, meaning]): Proposal[] => {
    const { short, long } = OPTIONS[name];
    return short === undefined || partial.startsWith("--")
      ? [[long, meaning]]
      : [[short, meaning], [long, meaning]];
  });
}

/**
 * Whether the scripts can pass `word` to every shell as one word. Names of
 * profiles may contain code that a shell would run when it expands proposals.
 */
function isQuotable(word: string): boolean {
  return /^[\p{L}\p{N}_+.,/@=:](?:[\p{L}\p{N}_+.,/@=: -]*[\p{L}\p{N}_+.,/@=:-])?$/u
    .test(word);
}
