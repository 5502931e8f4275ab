#!/usr/bin/env bash
# Installs the servers that tests run against, where apt can: ZooKeeper with a Java runtime, kazoo as a client that is not ours, RabbitMQ, PostgreSQL and Redis; and Chromium, whose pages are to be kept out.
# Nothing is started or left running; a machine that has them is not touched.
set -euo pipefail

packages=()
[ -e /usr/share/java/zookeeper.jar ] && [ -e /usr/share/java/zookeeper-jute.jar ] || packages+=(zookeeper)
command -v java >/dev/null || packages+=(default-jre-headless)
/usr/bin/python3 -c 'import kazoo' 2>/dev/null || packages+=(python3-kazoo)
[ -e /usr/lib/rabbitmq/bin/rabbitmq-server ] || packages+=(rabbitmq-server)
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || packages+=(postgresql)
[ -x /usr/bin/redis-server ] || packages+=(redis-server)
[ -x /usr/bin/chromium ] || packages+=(chromium)
[ ${#packages[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Tests need ${packages[*]}: install them, e.g. 'sudo apt-get install ${packages[*]}'." >&2
  exit 1
fi

# Debian starts services at their installation, unless this file says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
install() { apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${packages[@]}" >/dev/null; }
install 2>/dev/null || { apt-get -o DPkg::Lock::Timeout=300 update -qq; install; }
