#!/usr/bin/env bash
# Runs the fan tool from its source; builds it first, without a word, when the source is newer than the last build.
set -u
self=${BASH_SOURCE[0]}
[ -L "$self" ] && self=$(readlink -f -- "$self")
root=${self%/*}
[ "$root" = "$self" ] && root=.
tool=$root/artifacts/bin/Fan.Cli/release/Fan.Cli.dll
stamp=$root/artifacts/fan.stamp

is_stale() {
  [ -f "$tool" ] && [ -f "$stamp" ] || return 0
  # Folders too, as a deleted file leaves only their time behind.
  [ -n "$(find "$root/src" "$root/eng" "$root"/Directory.* "$root/global.json" -newer "$stamp" -print -quit)" ]
}

build() (
  # Two runs must not build at once.
  if command -v flock >/dev/null; then exec 9>"$root/artifacts/fan.lock" && flock 9; fi
  is_stale || exit 0
  touch "$stamp.begun"
  (cd "$root" && dotnet build src/Fan.Cli -c Release --nologo -v quiet >artifacts/fan.log 2>&1 </dev/null 9>&-) && mv "$stamp.begun" "$stamp"
)

if is_stale; then
  if ! command -v dotnet >/dev/null; then
    echo "fan: The .NET 10 SDK is needed: https://dotnet.microsoft.com/download" >&2
    exit 1
  fi
  mkdir -p "$root/artifacts"
  if ! build; then
    cat "$root/artifacts/fan.log" >&2
    echo "fan: The tool could not be built; what the compiler says is above." >&2
    exit 1
  fi
fi

exec dotnet "$tool" "$@"
