# fish completion of logferry, printed by `logferry completion fish`. The command itself says what may stand at the cursor; nothing that is typed is evaluated.
function __logferry_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l lines (command logferry __complete -- $before[2..-1] "$current" 2>/dev/null </dev/null)
    if test "$lines[1]" = files
        set -l option (string match -r -- '^-[^=]*=' "$current")
        for path in (__fish_complete_path (string replace -r -- '^-[^=]*=' '' "$current"))
            printf '%s%s\n' "$option" $path
        end
    else if set -q lines[2]
        printf '%s\n' $lines[2..-1]
    end
end
complete -c logferry -f -a '(__logferry_complete)'
