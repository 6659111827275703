// `updsts completion`: a script for each shell, and the proposals for these scripts.
//
// A script runs `updsts complete -- WORD…` with the unfinished word last, and
// reads a line `word TAB description` for each proposal, then a directive. It
// passes the words on unchanged; the shell evaluates no part of the line.
import { listProfiles } from "../sessions/profiles.ts";
import { matchWord, parseWords } from "./command_line.ts";
import type { Context } from "./context.ts";
import {
  COMMAND_NAMES,
  type CommandName,
  commandOf,
  inOrder,
  type OptionName,
  optionOf,
  optionsOf,
  type OptionValues,
  SHELLS,
} from "./grammar.ts";

const BASH = `# bash completion for updsts
_updsts() {
  local rest word last prefix line directive i
  local -a typed=()
  COMPREPLY=()
  # Bash takes words apart at = and :, which names may hold.
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
        # Behind a quote that was typed, a blank is one already.
        [[ $last == [\\'\\"]* ]] || word=\${word// /\\\\ }
        COMPREPLY+=("$word")
        ;;
    esac
  done < <(updsts complete -- "\${typed[@]//[\\"\\'\\\\]/}" 2>/dev/null)
  # Files are proposed where a path is meant, and nowhere else.
  [[ $directive == :0 ]] || compopt +o default 2>/dev/null
}
complete -o default -F _updsts updsts`;

const ZSH = `#compdef updsts
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
    # This quotes what has to be.
    compadd -l -d shown -a names
  fi
}
# From a directory of functions, zsh runs this file; from a profile, it reads it.
if [[ \${funcstack[1]} == _updsts ]]; then
  _updsts "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _updsts updsts
fi`;

const FISH = `# fish completion for updsts
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
complete -c updsts -f -a '(__updsts_complete)'`;

const POWERSHELL = `# PowerShell completion for updsts
Register-ArgumentCompleter -Native -CommandName updsts -ScriptBlock {
  param($partial, $line, $position)
  $typed = @($line.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.StartOffset -lt $position } |
    ForEach-Object {
      if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
      else { $_.Extent.Text }
    })
  if ($partial -eq '') {
    # Before 7.3, an empty word got lost on the way to a program.
    $typed += if ($PSVersionTable.PSVersion -lt [version]'7.3') { '""' } else { '' }
  }
  & updsts complete -- $typed 2>$null | Where-Object { $_ -notmatch '^:\\d$' } | ForEach-Object {
    $word, $about = $_ -split "\`t", 2
    $quoted = if ($word -match '^[\\w.:=+/-]+$') { $word } else { "'" + ($word -replace "['\\u2018-\\u201b]", '$&$&') + "'" }
    if (!$about) { $about = $word }
    [System.Management.Automation.CompletionResult]::new($quoted, $word, 'ParameterValue', $about)
  }
}`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH, powershell: POWERSHELL };

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

/** The directive to let the shell propose files, and the one not to. */
const FILES = ":0";
const NO_FILES = ":4";

/** A word, and its description. */
type Proposal = readonly [string, string?];

/** What the words before the unfinished one say. */
interface TypedSoFar {
  readonly command: CommandName | undefined;
  /** The option whose value comes next. */
  readonly option: OptionName | undefined;
  readonly file: string | undefined;
  /** Whether the argument of the command is there. */
  readonly argued: boolean;
}

/**
 * The answer for `words`, without the program's name. Errors are not reported:
 * they would appear in the line that a person is typing.
 */
export async function complete(
  words: readonly string[],
  context: Context,
): Promise<string> {
  const partial = words.at(-1) ?? "";
  const typed = readTypedSoFar(words.slice(0, -1));
  const { option } = typed;
  if (option !== undefined && optionOf(option).value === "path") {
    return FILES;
  }
  const proposals = await propose(typed, partial, context).catch(() => []);
  const lines = proposals.filter(([word]) => word.startsWith(partial))
    .map(([word, description = ""]) => `${word}\t${description}`);
  return [...lines, NO_FILES].join("\n");
}

function readTypedSoFar(words: readonly string[]): TypedSoFar {
  const { values, plain } = parseWords(words);
  const last = matchWord(words.at(-1) ?? "");
  const isOpen = last?.name !== undefined && last.value === undefined &&
    optionOf(last.name).value !== undefined;
  return {
    command: COMMAND_NAMES.find((name) => name === plain[0]),
    option: isOpen ? last.name : undefined,
    file: values.get("credentialFile"),
    argued: plain.length > 1 || values.has("profile"),
  };
}

async function propose(
  typed: TypedSoFar,
  partial: string,
  context: Context,
): Promise<readonly Proposal[]> {
  const { command, option } = typed;
  if (option !== undefined) return await valuesOf(option, typed, context);
  const [, flag, long] = /^((--[\w-]+)=)/.exec(partial) ?? [];
  if (flag !== undefined && long !== undefined) {
    const { name } = matchWord(long) ?? {};
    if (name === undefined) return [];
    const values = await valuesOf(name, typed, context);
    return values.map(([word]) => [flag + word]);
  }
  if (partial.startsWith("-")) return optionWords(command, partial);
  if (command === undefined) {
    return COMMAND_NAMES.map((name) => [name, commandOf(name).brief]);
  }
  const { argument } = commandOf(command);
  if (typed.argued || argument === "none") return [];
  return argument === "shell"
    ? SHELLS.map((word) => [word])
    : await profilesFor(typed, context);
}

/** The options that may follow; their short forms only where one dash was typed. */
function optionWords(
  command: CommandName | undefined,
  partial: string,
): Proposal[] {
  return inOrder(optionsOf(command)).flatMap(([name, meaning]): Proposal[] => {
    const { short, long } = optionOf(name);
    return short === undefined || partial.startsWith("--")
      ? [[long, meaning]]
      : [[short, meaning], [long, meaning]];
  });
}

async function valuesOf(
  name: OptionName,
  typed: TypedSoFar,
  context: Context,
): Promise<readonly Proposal[]> {
  switch (optionOf(name).value) {
    case "profile":
      return await profilesFor(typed, context);
    case "level":
      return [["0"], ["1"], ["2"]];
    case "duration":
      return [["15m"], ["30m"], ["1h"], ["4h"], ["8h"], ["12h"], ["36h"]];
    default:
      return [];
  }
}

/** The profiles of the file that fit the command. */
async function profilesFor(
  { command, file }: TypedSoFar,
  { connect, output }: Context,
): Promise<Proposal[]> {
  const argument = command === undefined ? "none" : commandOf(command).argument;
  const fits = typeof argument === "string" ? "any" : argument.fits;
  const ports = await connect({ credentials: file }, output);
  return (await listProfiles(ports)).filter(({ kind, managedBy, session }) =>
    fits === "any" ||
    (fits === "long-term"
      ? kind === "long-term" || session !== undefined
      : managedBy !== undefined)
  ).map(({ name }) => [name] as const).filter(([name]) => isQuotable(name));
}

/**
 * Whether the scripts can pass `word` to every shell as one word. The name of
 * a profile may hold what a shell would run when it expands the proposals.
 */
function isQuotable(word: string): boolean {
  return /^[\p{L}\p{N}_+.,/@=:](?:[\p{L}\p{N}_+.,/@=: -]*[\p{L}\p{N}_+.,/@=:-])?$/u
    .test(word);
}
