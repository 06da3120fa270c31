#!/bin/sh
# Installs the Debian packages that rein needs and that are missing.
#   install.sh run|test     what running, or running and testing, needs
#   install.sh report       what testing reports in a browser needs besides
#   install.sh list         prints all packages but the browser
# Lists them and the exact command first; asks on a terminal, goes ahead without one or with YES=1.
# Ends with code 4 where it cannot: no apt, no right to install, or the user said no.
set -u

# package and a file that shows it is there where dpkg does not know
running='gcc:- make:- libc6-dev:stdio.h libsundials-dev:cvode/cvode.h libgsl-dev:gsl/gsl_rng.h libyaml-dev:yaml.h
libsleef-dev:sleef.h libsuitesparse-dev:suitesparse/klu.h libnetcdf-dev:netcdf.h libhdf5-dev:hdf5/serial/hdf5.h libudunits2-dev:udunits2.h
libjansson-dev:jansson.h libcairo2-dev:cairo/cairo.h librandom123-dev:Random123/philox.h fonts-dejavu-core:-'
if ls src/import/*sbml*.c > /dev/null 2>&1; then running="$running libsbml5-dev:sbml/SBMLTypes.h"; fi
testing='check:check.h'
browsing='chromium:-'

case "${1:-}" in
  run) wanted=$running ;;
  test) wanted="$running $testing" ;;
  report) wanted="$running $testing $browsing" ;;
  list) for entry in $running $testing; do echo "${entry%%:*}"; done; exit 0 ;;
  *) echo "usage: install.sh run|test|report|list" >&2; exit 2 ;;
esac

is_there() { # package, header
  status=$(dpkg-query -W -f='${db:Status-Status}' "$1" 2> /dev/null) && [ "$status" = installed ] && return 0
  [ "$2" != - ] && echo "#include <$2>" | "${CC:-gcc}" -E -x c - > /dev/null 2>&1 && return 0
  command -v "$1" > /dev/null 2>&1 && return 0
  # a font is nothing that a compiler can look for: without dpkg it is taken as there
  [ "$1" = fonts-dejavu-core ] && ! command -v dpkg-query > /dev/null 2>&1
}

missing=
for entry in $wanted; do
  is_there "${entry%%:*}" "${entry#*:}" || missing="$missing ${entry%%:*}"
done
[ -n "$missing" ] || exit 0

# Whoever is not root goes by sudo: where a password can be asked for, or none is needed.
as_root=
allowed=yes
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo > /dev/null 2>&1 && { [ -t 0 ] || sudo -n true 2> /dev/null; }; then as_root="sudo "; else allowed=no; fi
fi
echo "rein needs these Debian packages that are not here yet:"
for package in $missing; do echo "  $package"; done
echo "They are installed by:"
echo "  ${as_root}apt-get -q -y install --no-install-recommends$missing"

if ! command -v apt-get > /dev/null 2>&1; then
  echo "There is no apt-get here: please install them, or what they are called on your system, and try again." >&2
  exit 4
fi
if [ "$allowed" = no ]; then
  echo "That needs root: please have it run, and try again." >&2
  exit 4
fi
if [ "${YES:-}" != 1 ] && [ -t 0 ] && [ -t 1 ]; then
  printf 'Install them now? [Y/n] '
  read -r answer || answer=n
  case "$answer" in
    '' | y | Y | yes | Yes) ;;
    *) echo "Nothing was installed." >&2; exit 4 ;;
  esac
fi

# shellcheck disable=SC2086
get() { ${as_root}env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@"; }
# Lists are read again where there are none or where they are too old to know a package.
ls /var/lib/apt/lists/*Packages* > /dev/null 2>&1 || get update || exit 4
# shellcheck disable=SC2086
get install --no-install-recommends $missing && exit 0
get update || exit 4
# shellcheck disable=SC2086
get install --no-install-recommends $missing || {
  echo "apt-get could not install them: its messages are above." >&2
  exit 4
}
