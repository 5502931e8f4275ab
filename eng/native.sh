#!/usr/bin/env bash
# Publishes programs without reflection, and runs them: the smallest service of the sample as native code, with which it plays the
# story, and a service with types of every kind as native code and as one trimmed file, which asks itself over each route.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v clang >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq clang zlib1g-dev
fi

for kind in Native Trimmed; do
  dotnet publish test/Fan.Native.Service -c Release -p:$kind=true -o "artifacts/service-${kind,,}" --nologo -v quiet
  echo "== $kind"
  "artifacts/service-${kind,,}/Fan.Native.Service"
done

dotnet publish samples/WineStore.LightspeedSync -c Release -p:Native=true -o artifacts/native --nologo -v quiet
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
dotnet run -c Release --project samples/WineStore -- --once --native artifacts/native --store "sqlite:$store/fan.db"
