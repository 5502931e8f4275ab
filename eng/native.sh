#!/usr/bin/env bash
# Publishes the smallest service of the sample that serves and calls as native code, and plays the story with it.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v clang >/dev/null && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq clang zlib1g-dev
fi

dotnet publish samples/WineStore.LightspeedSync -c Release -p:Native=true -o artifacts/native --nologo -v quiet
store=$(mktemp -d)
trap 'rm -rf "$store"' EXIT
dotnet run -c Release --project samples/WineStore -- --once --native artifacts/native --store "sqlite:$store/fan.db"
