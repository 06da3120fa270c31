#!/bin/sh
# What `make check` asks of the text of the project: includes go one way, files are short and formatted, no
# path of one machine, no mark of unfinished work without an issue number. Prints every finding; code 1 if any.
set -u
bad=$(mktemp) || exit 4
trap 'rm -f "$bad"' EXIT
sources=$(find src solver tests -name '*.[ch]' | sort)

# 1. Includes: a module may include only what stands left of it (docs/overview.md, "Which file may know which").
# shellcheck disable=SC2086
awk '
  function module(path) {
    if (path ~ /^solver\//) return "solver"
    if (path ~ /^src\/[^\/]+\.[ch]$/) return "rein"
    split(path, part, "/")
    return part[1] == "src" ? part[2] : "tests"
  }
  BEGIN {
    n = split("base:0 stats:1 solver:2 lang:3 compile:4 import:4 scenario:4 record:5 study:6 report:7 rein:8 cli:9 tests:10",
              list, " ")
    for (i = 1; i <= n; i++) { split(list[i], pair, ":"); rank[pair[1]] = pair[2] }
  }
  /^#include "/ {
    split($0, quoted, "\"")
    to = quoted[2]
    if (to !~ /\//) next
    a = module(FILENAME); b = module(to)
    if (!(a in rank) || !(b in rank)) print FILENAME ":" FNR ": unknown module in include of " to
    else if (a != b && rank[b] >= rank[a]) print FILENAME ":" FNR ": " a " may not include " to
  }' $sources >> "$bad"

# 2. Length.
for file in $sources; do
  lines=$(wc -l < "$file")
  [ "$lines" -le 600 ] || echo "$file: $lines lines, at most 600" >> "$bad"
done

# 3. Text: paths of one machine, unfinished work, lines that end in blanks.
text=$(find Makefile README.md .ci docs models scenarios src solver tests -type f \( -name '*.[ch]' -o -name '*.md' -o -name '*.yaml' \
  -o -name '*.sh' -o -name '*.def' -o -name '*.in' -o -name '*.1' -o -name Makefile -o -path '.ci/*' \) 2> /dev/null \
  | grep -v '^tests/tools/check_source.sh$')
# shellcheck disable=SC2086
{
  grep -nE '(^|[^A-Za-z0-9_.])/(work|farm|home/[a-z]+|root)/' $text
  grep -nE '\b(TODO|FIXME|XXX)\b' $text | grep -vE '(TODO|FIXME|XXX)\(#?[0-9]+\)'
  grep -nE '[ 	]+$' $text | sed 's/$/ <- blanks at the end of the line/'
} >> "$bad"

# 4. What texts name in docs/ is there.
# shellcheck disable=SC2086
grep -ohE '\bdocs/[A-Za-z0-9_/-]+\.(md|json|1|svg|png)' $(echo "$text" | grep -v '^models/') | sort -u | while read -r named; do
  [ -e "$named" ] || echo "$named: named somewhere, but not there" >> "$bad"
done

# 5. Format, where clang-format is installed.
if command -v clang-format > /dev/null 2>&1; then
  for file in $sources; do
    clang-format --dry-run -Werror "$file" > /dev/null 2>&1 || echo "$file: not formatted (make format)" >> "$bad"
  done
else
  echo "check: clang-format is not here, formatting was not looked at"
fi

if [ -s "$bad" ]; then
  cat "$bad"
  echo "check: $(wc -l < "$bad") findings"
  exit 1
fi
echo "check: includes, length, text and format are fine"
