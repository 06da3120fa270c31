#!/bin/sh
# What `make run` shows: a real sweep, the observed single-dose arm, its picture, and what to try next.
#   first_run.sh path/to/rein
set -eu
rein=$1
sweep=outputs/warfarin_adherence
single=outputs/warfarin_single_dose
picture=outputs/warfarin_single_dose.svg

# Runs scenario $1 into folder $2, or goes on there. A folder that holds another study, since model, scenario or
# rein changed in between, is left as it is: then $2-2, $2-3 and so on. The folder is in $study.
run() {
  study=$2
  n=1
  while [ -e "$study/run.yaml" ]; do
    if "$rein" run "$1" --out "$study" 2> "$messages"; then
      cat "$messages" >&2
      return
    fi
    if ! grep -q 'holds another study' "$messages"; then
      cat "$messages" >&2
      return 1
    fi
    echo "$study holds a study of before a change and is kept" >&2
    n=$((n + 1))
    study=$2-$n
  done
  "$rein" run "$1" --out "$study"
}

messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
run scenarios/warfarin_adherence.yaml "$sweep"
sweep=$study
run scenarios/warfarin_single_dose.yaml "$single"
single=$study
"$rein" plot "$single" --scenario scenarios/warfarin_single_dose.yaml --observable prothrombin -o "$picture"

cat << END

What was simulated: 10,000 virtual people on warfarin for two weeks, dose levels times adherence levels, and the
observed single dose. Research use only: nothing here recommends a treatment.
  records   $sweep (sweep), $single (single dose)
  picture   $picture
What to try next:
  $rein show $sweep
  $rein export $sweep --format csv -o outputs/warfarin.csv
  $rein new my_model && $rein run my_model/scenario.yaml
  $rein help
END
