# bash completion of logferry, printed by `logferry completion bash`. The command itself says what may stand at the cursor; nothing that is typed is
# evaluated. Works without the bash-completion package, and from bash 3.2 on.
_logferry() {
  local rest=${COMP_LINE:0:COMP_POINT} trimmed piece word kind line i last=-1
  local -a words
  words=()
  COMPREPLY=()
  # Bash has split words at each of COMP_WORDBREAKS, such as = and :. Here they are put together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed=${rest#"${rest%%[![:space:]]*}"}
    if ((i == 0)) || [[ $trimmed != "$rest" ]]; then
      last=$((last + 1))
      words[last]=
    fi
    piece=${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && piece=$trimmed
    words[last]+=$piece
    rest=${trimmed#"$piece"}
  done
  word=${words[last]}
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=$line
    else
      # Bash replaces what comes after the last break alone.
      line=${line%%$'\t'*}
      COMPREPLY+=("${line#"${word%"$2"}"}")
    fi
  done < <(command logferry __complete -- "${words[@]:1}" 2>/dev/null </dev/null)
  case $kind in
    files)
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$2")
      ;;
    parts) compopt -o nospace 2>/dev/null ;;
  esac
}
complete -F _logferry logferry
