#compdef logferry
# zsh completion of logferry, printed by `logferry completion zsh`. The command itself says what may stand at the cursor; nothing that is typed is evaluated.
_logferry() {
  local -a lines values
  local line value
  lines=("${(@f)$(command logferry __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)}")
  case ${lines[1]} in
    files)
      compset -P '*='
      _files
      return
      ;;
    values | parts) ;;
    *) return 1 ;;
  esac
  for line in "${(@)lines[2,-1]}"; do
    value=${line%%$'\t'*}
    values+=("${value//:/\\:}:${line#*$'\t'}")
  done
  (( ${#values} )) || return 1
  if [[ ${lines[1]} == parts ]]; then
    _describe 'logferry' values -S ''
  else
    _describe 'logferry' values
  fi
}
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
  _logferry "$@"
else
  compdef _logferry logferry
fi
