#!/usr/bin/env bash
# Runs every built test project, or those whose names contain one of the arguments, one after the other, and closes
# with one line of totals. Exit code 0 only if nothing failed.
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
passed=0 failed=0 skipped=0 started=$SECONDS broken=()

for project in "$root"/tests/*.Tests; do
  name=$(basename "$project")
  if [ $# -gt 0 ]; then
    wanted=
    for part in "$@"; do case $name in *"$part"*) wanted=1 ;; esac; done
    [ -n "$wanted" ] || continue
  fi
  exe=$root/artifacts/bin/$name/release/$name
  log=$(mktemp)
  begun=$SECONDS
  timeout --kill-after=10 "${AHOI_TEST_TIMEOUT:-600}" "$exe" -noColor >"$log" 2>&1 </dev/null
  code=$?
  summary=$(grep -aoE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -n 1)
  count() { grep -oE "$1: [0-9]+" <<<"$summary" | grep -oE '[0-9]+' || echo 0; }
  s=$(count Skipped) f=$(($(count Failed) + $(count Errors)))
  p=$(($(count Total) - s - $(count Failed) - $(count 'Not Run')))
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  printf '%-42s %5d passed %3d failed %3d skipped %4d s\n' "$name" "$p" "$f" "$s" $((SECONDS - begun))
  if [ $code -ne 0 ]; then
    cat "$log"
    # A run that was killed or crashed has no summary, and is a failure of its own.
    if [ -z "$summary" ] || [ "$f" -eq 0 ]; then
      failed=$((failed + 1))
      broken+=("$name (exit $code)")
    fi
  elif [ "$s" -gt 0 ]; then
    grep -aE -A 1 '\[SKIP\]' "$log" | head -n 40
  fi
  rm -f "$log"
done

[ ${#broken[@]} -eq 0 ] || printf 'did not finish: %s\n' "${broken[*]}"
printf 'took %d s\n' $((SECONDS - started))
printf '%d passed, %d failed, %d skipped\n' $passed $failed $skipped
[ $failed -eq 0 ]
