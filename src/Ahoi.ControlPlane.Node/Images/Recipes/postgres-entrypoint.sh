#!/bin/sh
# Starts PostgreSQL, and makes its data folder first where that is empty: with POSTGRES_USER (postgres where unset),
# POSTGRES_PASSWORD, POSTGRES_DB (the user's name where unset), POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD
# (scram-sha-256 where unset), and the scripts in /docker-entrypoint-initdb.d. Each variable may have its value in a file
# that the same name with _FILE says. A start that was interrupted begins anew.
set -eu

fail() { echo "postgres: $*" >&2; exit 1; }
say() { echo "postgres: $*" >&2; }

from_file() { # NAME
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  [ -z "$file" ] && return 0
  [ -z "$value" ] || fail "both $1 and $1_FILE are set; set one of them"
  [ -r "$file" ] || fail "$1_FILE names $file, which cannot be read"
  value=$(cat "$file")
  eval "$1=\$value"
  export "$1"
}

# initdb and psql want to know the name of whoever runs them; a pod may choose any number.
name_user() {
  getent passwd "$(id -u)" >/dev/null && return 0
  NSS_WRAPPER_PASSWD=$(mktemp) NSS_WRAPPER_GROUP=$(mktemp)
  echo "postgres:x:$(id -u):$(id -g):PostgreSQL:$PGDATA:/bin/sh" >"$NSS_WRAPPER_PASSWD"
  echo "postgres:x:$(id -g):" >"$NSS_WRAPPER_GROUP"
  LD_PRELOAD=libnss_wrapper.so
  export NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP LD_PRELOAD
}

forget_user() {
  [ -n "${NSS_WRAPPER_PASSWD:-}" ] || return 0
  unset LD_PRELOAD
  rm -f "$NSS_WRAPPER_PASSWD" "$NSS_WRAPPER_GROUP"
  unset NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
}

run_sql() { # DATABASE [ARGUMENT...], the statements as input
  database=$1; shift
  psql -h /tmp -U "$POSTGRES_USER" -d "$database" --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"
}

run_scripts() {
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) say "running $script"; if [ -x "$script" ]; then "$script"; else sh "$script"; fi ;;
      *.sql) say "running $script"; run_sql "$POSTGRES_DB" <"$script" ;;
      *.sql.gz) say "running $script"; gunzip -c "$script" | run_sql "$POSTGRES_DB" ;;
    esac
  done
}

make_data() { # FOLDER
  from_file POSTGRES_USER
  from_file POSTGRES_PASSWORD
  from_file POSTGRES_DB
  from_file POSTGRES_INITDB_ARGS
  POSTGRES_USER=${POSTGRES_USER:-postgres}
  POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
  export POSTGRES_USER POSTGRES_DB
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  [ -n "${POSTGRES_PASSWORD:-}" ] || [ "$method" = trust ] ||
    fail "POSTGRES_PASSWORD is not set, and nobody could log in; set it (or POSTGRES_HOST_AUTH_METHOD=trust, which lets everybody in)"

  say "making the data folder $PGDATA"
  new=$1
  eval "set -- ${POSTGRES_INITDB_ARGS:-}"
  if [ -n "${POSTGRES_PASSWORD:-}" ]; then
    password=$(mktemp)
    printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
    set -- --pwfile="$password" "$@"
  fi
  # Everybody on this machine comes from a loopback address: those need the password like any other.
  initdb -D "$new" -U "$POSTGRES_USER" --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host="$method" --no-sync "$@" >/dev/null
  [ -z "${password:-}" ] || rm -f "$password"
  printf '\nhost all all all %s\n' "$method" >>"$new/pg_hba.conf"

  # For the set-up it can be reached from inside alone.
  pg_ctl -D "$new" -w -s -o "-F -c listen_addresses='' -c unix_socket_directories=/tmp" -l "$new/setup.log" start || { cat "$new/setup.log" >&2; exit 1; }
  if [ "$POSTGRES_DB" != postgres ]; then
    echo 'CREATE DATABASE :"name";' | run_sql postgres --set name="$POSTGRES_DB"
  fi
  (export PGHOST=/tmp PGUSER="$POSTGRES_USER" PGDATABASE="$POSTGRES_DB"; run_scripts)
  pg_ctl -D "$new" -w -s -m fast stop
  rm -f "$new/setup.log"
  initdb -D "$new" --sync-only >/dev/null
}

prepare_data() {
  # Made aside and moved when complete, so that what was interrupted is not taken for data. PG_VERSION goes last: with it
  # the folder counts as made.
  making=$PGDATA/.initdb made=$PGDATA/.initdb-done
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA" || fail "the mode of $PGDATA cannot be set to 0700, without which PostgreSQL does not start"
  if [ ! -e "$made" ]; then
    rm -rf "$making"
    for other in "$PGDATA"/* "$PGDATA"/.[!.]*; do
      case $other in */lost+found | */'*' | */'.[!.]*') ;; *) fail "$PGDATA has no PG_VERSION but has ${other##*/}; empty it, or set PGDATA to a folder below it" ;; esac
    done
    name_user
    make_data "$making"
    forget_user
    mv "$making" "$made"
  fi
  for entry in "$made"/*; do
    [ "$entry" = "$made/PG_VERSION" ] || [ ! -e "$entry" ] || mv "$entry" "$PGDATA/"
  done
  [ ! -e "$made/PG_VERSION" ] || mv "$made/PG_VERSION" "$PGDATA/"
  rmdir "$made"
}

# An Ahoi node gives each pod an address of its own in 127.64.0.0/10, and all share the machine's ports: all addresses would
# be everybody's.
address() {
  if [ -n "${POD_IP:-}" ]; then echo "$POD_IP"; return; fi
  own=$(getent ahostsv4 "$(hostname)" | cut -d' ' -f1 | head -n1) || true
  case $own in
    127.6[4-9].* | 127.[7-9][0-9].* | 127.1[01][0-9].* | 127.12[0-7].*) echo "$own" ;;
    *) echo '*' ;;
  esac
}

case ${1:-} in
  '') set -- postgres ;;
  -*) set -- postgres "$@" ;;
esac
[ "$1" = postgres ] || exec "$@"
shift
for argument; do
  case $argument in --version | -V | --help | '-?' | --describe-config) exec postgres "$@" ;; esac
done

[ "$(id -u)" != 0 ] || fail "PostgreSQL does not run as root; leave runAsUser out, or set it to 999"
PGDATA=${PGDATA:-/var/lib/postgresql/data}
export PGDATA
umask 0077
[ -s "$PGDATA/PG_VERSION" ] || prepare_data
rmdir "$PGDATA/.initdb-done" 2>/dev/null || true
mkdir -p /var/run/postgresql # For the socket that psql and pg_isready look for.
unset POSTGRES_PASSWORD
exec postgres -c listen_addresses="$(address)" "$@"
