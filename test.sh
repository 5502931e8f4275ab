#!/usr/bin/env bash
# Runs every test of the solution and ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null; then
  echo "The .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2
  exit 2
fi

# Tests say themselves what they miss, where this can't install it.
eng/servers.sh || true

configuration=${CONFIGURATION:-Release}
dotnet build Fan.slnx -c "$configuration" --nologo -v quiet || { echo "The build failed." >&2; echo "0 passed, 1 failed"; exit 1; }

logs=artifacts/test-results
rm -rf "$logs" && mkdir -p "$logs"
export logs configuration
run() {
  # No project takes a third of this; one that hangs is a failure with a name.
  timeout -k 30 20m dotnet test --project "$1" -c "$configuration" --no-build --no-progress >"$logs/$2.log" 2>&1
  code=$?
  echo $code >"$logs/$2.code"
  [ $code -ne 124 ] && [ $code -ne 137 ] || echo "$2 did not end within 20 minutes." >>"$logs/$2.log"
  echo "== $2"; cat "$logs/$2.log"
}
export -f run
# Two at a time, as most of them wait for servers, sessions and processes; those that take longest begin first.
slow="Fan.EndToEnd.Tests Fan.Amqp.Tests Fan.Database.Tests Fan.Redis.Tests Fan.ZooKeeper.Tests Fan.Cli.Tests"
names=$({ printf '%s\n' $slow; for project in test/*.Tests; do basename "$project"; done; } | awk '!seen[$0]++')
printf '%s\n' $names | xargs -P "${TEST_JOBS:-2}" -I{} bash -c 'run test/{} {}'

passed=0 failed=0 skipped=0
for name in $names; do
  code=$(cat "$logs/$name.code" 2>/dev/null || echo 1)
  count() { sed -nE "s/^ +$1: ([0-9]+).*/\1/p" "$logs/$name.log" | tail -n 1; }
  p=$(count succeeded) f=$(count failed) s=$(count skipped)
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
  # A run that broke off, or ran nothing, is a failure even where it counted none.
  if [ "$code" -ne 0 ] && [ "${f:-0}" -eq 0 ]; then failed=$((failed + 1)); fi
done

if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ "$failed" -eq 0 ]
