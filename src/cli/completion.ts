// `updsts completion`: prints what teaches a shell to complete. Each script hands
// the words over as they are, and has the shell evaluate nothing of what is being typed.
import { type ShellName, SHELLS } from "./commands.ts";
import type { Context } from "./context.ts";
import type { Given } from "./options.ts";

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

const SCRIPTS: Readonly<Record<ShellName, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};

export default function completion(
  { output }: Context,
  given: Given,
): Promise<void> {
  const shell = SHELLS.find((shell) => shell === given.argument) ?? "bash";
  const script = SCRIPTS[shell];
  if (given.has("json")) output.answerJson({ result: { shell, script } });
  else output.answerScript(script);
  return Promise.resolve();
}
