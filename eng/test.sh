#!/usr/bin/env bash
# Runs every built test project, or those whose names contain one of the arguments, and closes with one line of totals.
# Exit code 0 only if nothing failed. Two lanes run side by side: suites that start nodes, one after the other because
# their pods keep a machine busy, and all others.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
with_nodes=' Ahoi.Cli.Tests Ahoi.ControlPlane.Node.Tests Ahoi.ControlPlane.Tests Ahoi.Host.Tests Ahoi.Pools.Tests Ahoi.Previews.Tests Ahoi.Tenancy.Tests '
started=$SECONDS
tally=$(mktemp) # A line for each suite: passed, failed, skipped, and what did not finish.
trap 'rm -f "$tally"' EXIT

wanted() { # NAME PARTS...
  local name=$1 part
  shift
  [ $# -gt 0 ] || return 0
  for part in "$@"; do case $name in *"$part"*) return 0 ;; esac; done
  return 1
}

suite() { # NAME
  local name=$1 exe=$root/artifacts/bin/$1/release/$1 begun=$SECONDS log summary code p f s broken=
  log=$(mktemp)
  timeout --kill-after=10 "${AHOI_TEST_TIMEOUT:-600}" "$exe" -noColor >"$log" 2>&1 </dev/null &
  child=$!
  wait $child
  code=$?
  summary=$(grep -aoE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -n 1)
  count() { grep -oE "$1: [0-9]+" <<<"$summary" | grep -oE '[0-9]+' || echo 0; }
  s=$(count Skipped) f=$(($(count Failed) + $(count Errors)))
  p=$(($(count Total) - s - $(count Failed) - $(count 'Not Run')))
  (
    flock 9 # One suite's lines at a time.
    printf '%-42s %5d passed %3d failed %3d skipped %4d s\n' "$name" "$p" "$f" "$s" $((SECONDS - begun))
    if [ $code -ne 0 ]; then
      cat "$log"
    elif [ "$s" -gt 0 ]; then
      grep -aE -A 1 '\[SKIP\]' "$log" | head -n 40
    fi
  ) 9<"$tally"
  # A run that was killed or crashed has no summary, and is a failure of its own.
  if [ $code -ne 0 ] && { [ -z "$summary" ] || [ "$f" -eq 0 ]; }; then
    f=$((f + 1)) broken="$name (exit $code)"
  fi
  echo "$p $f $s $broken" >>"$tally"
  rm -f "$log"
}

lane() { # NAMES...
  local child='' name
  trap '[ -z "$child" ] || { kill "$child" 2>/dev/null && wait "$child"; }; exit 143' TERM
  for name in "$@"; do suite "$name"; done
}

nodes=() others=()
for project in "$root"/tests/*.Tests; do
  name=$(basename "$project")
  wanted "$name" "$@" || continue
  case $with_nodes in *" $name "*) nodes+=("$name") ;; *) others+=("$name") ;; esac
done

[ $((${#nodes[@]} + ${#others[@]})) -gt 0 ] || { printf 'no suite is named like: %s\n' "$*" >&2; exit 2; }

lane "${nodes[@]}" & lanes=$!
lane "${others[@]}" & lanes+=" $!"
trap 'trap "" INT TERM; kill $lanes 2>/dev/null; wait; exit 130' INT TERM
for lane in $lanes; do wait "$lane" || true; done

read -r passed failed skipped < <(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$tally")
ran=$(wc -l <"$tally")
broken=$(cut -d' ' -f4- "$tally" | grep . | paste -sd' ')
[ -z "$broken" ] || printf 'did not finish: %s\n' "$broken"
[ "$ran" -eq $((${#nodes[@]} + ${#others[@]})) ] || { printf 'only %d of %d suites ran\n' "$ran" $((${#nodes[@]} + ${#others[@]})); failed=$((failed + 1)); }
printf 'took %d s\n' $((SECONDS - started))
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
