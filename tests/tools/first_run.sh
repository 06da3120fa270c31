#!/bin/sh
# What `make run` shows: a real sweep, the observed single-dose arm, its picture, and what to try next.
#   first_run.sh path/to/rein
set -eu
rein=$1
sweep=outputs/warfarin_adherence
single=outputs/warfarin_single_dose
picture=outputs/warfarin_single_dose.svg

"$rein" run scenarios/warfarin_adherence.yaml --out "$sweep"
"$rein" run scenarios/warfarin_single_dose.yaml --out "$single"
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
