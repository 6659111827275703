// The scripts that teach shells to complete.
import { script } from "@bomb.sh/tab";

/**
 * For bash and zsh, our own: those of the package have the shell evaluate what
 * is being typed, redirections and `$(…)` included, at each press of the key.
 */
const BASH = `# bash completion for updsts
_updsts() {
  local line directive
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :*) directive=$line ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(updsts complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  # Files are proposed where a path is meant, and nowhere else.
  [[ $directive == :0 ]] || compopt +o default 2>/dev/null
}
complete -o default -F _updsts updsts`;

const ZSH = `#compdef updsts
# zsh completion for updsts
_updsts() {
  local line directive
  local -a proposals
  while IFS= read -r line; do
    case $line in
      :*) directive=$line ;;
      *) proposals+=("\${line%%$'\\t'*}:\${line#*$'\\t'}") ;;
    esac
  done < <(updsts complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if [[ $directive == :0 ]]; then
    _files
  else
    _describe 'updsts' proposals
  fi
}
# From a directory of functions, zsh runs this file; from a profile, it reads it.
if [[ \${funcstack[1]} == _updsts ]]; then
  _updsts "$@"
else
  compdef _updsts updsts
fi`;

/** The script for `shell` that asks the program what may stand there. */
export function completionScript(shell: string): string {
  if (shell === "bash") return BASH;
  if (shell === "zsh") return ZSH;
  const lines: string[] = [];
  const { log } = console;
  // The package prints what it makes, and stdout is not its to write.
  console.log = (line: string) => void lines.push(line);
  try {
    script(shell, "updsts", "updsts");
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}
