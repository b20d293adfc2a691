#!/usr/bin/env bash
# Installs nova-lite's systemd units, users and configuration for the checkout that this script is in.
set -eu
umask 022

usage() {
    cat <<'END'
usage: install.sh [--compute] [--prefix DIR]
       install.sh --uninstall [--purge]

Run as root. Puts units, users and directories in place, writes the configuration to /etc/nova-lite where there is none
yet, makes signing keys, database and first users, and enables nova-lite.target. It starts nothing. Safe to repeat.

  --prefix DIR  run the daemons from DIR, a checkout with its .venv (default: the checkout of this script)
  --compute     only the compute daemon: a further host of a cloud whose other daemons are elsewhere
  --uninstall   stop the daemons and remove what was installed; configuration, data and users stay
  --purge       with --uninstall: remove those too
  --help        this text
END
}

refuse() { echo "install.sh: $1" >&2; exit "${2:-1}"; }

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
prefix=$(dirname "$(dirname "$here")")
units=/etc/systemd/system conf=/etc/nova-lite state=/var/lib/nova-lite
daemons="api scheduler conductor compute" uninstall= purge=
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) [ $# -gt 1 ] || refuse "--prefix wants a directory" 2; prefix=$(readlink -m "$2"); shift ;;
        --compute) daemons=compute ;;
        --uninstall) uninstall=yes ;;
        --purge) purge=yes ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; refuse "unknown option $1" 2 ;;
    esac
    shift
done
[ -z "$purge" ] || [ "$uninstall" ] || refuse "--purge goes with --uninstall" 2
[ "$(id -u)" = 0 ] || refuse "must be run by root"

systemd_runs() { [ -d /run/systemd/system ]; }
as() { setpriv --reuid "$1" --regid "$1" --init-groups -- "${@:2}"; }
installs() { case " $daemons " in *" $1 "*) ;; *) return 1 ;; esac; }
secret() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

# new FILE GROUP: keep what is there; otherwise take standard input, readable by root and the group
new() {
    if [ -e "$1" ]; then cat >/dev/null; echo "kept    $1"; return; fi
    (umask 077; cat >"$1")
    chgrp "$2" "$1"
    chmod 0640 "$1"
    echo "written $1"
}

remove() {
    if systemd_runs; then systemctl disable --now -q nova-lite.target 2>/dev/null || true; fi
    if systemd_runs; then systemctl stop -q 'nova-lite-*.socket' 'nova-lite-*.service' || true; fi
    rm -rf $units/nova-lite{.target,-{api,scheduler,conductor,compute,networks}.service,-networks.{socket,service.d},-.service.d}
    rm -f $units/multi-user.target.wants/nova-lite.target /etc/{sysusers,tmpfiles}.d/nova-lite.conf
    if systemd_runs; then systemctl daemon-reload; fi
    [ "$purge" ] || return 0
    rm -rf $conf $state $state-compute $state-scheduler /run/nova-lite
    for user in nova-lite nova-lite-scheduler nova-lite-compute; do
        if id -u $user >/dev/null 2>&1; then userdel $user 2>/dev/null; fi
    done
    groupdel nova-lite-bus 2>/dev/null || true
}

# An unprivileged daemon with ProtectHome= must reach its program, its Python, and that Python's libraries.
check_prefix() {
    [ -x "$prefix/bin/nova-lite-manage" ] || refuse "$prefix is no checkout of nova-lite"
    [ -x "$prefix/.venv/bin/python" ] || refuse "$prefix has no .venv; see docs/operations.md"
    local path
    for path in "$prefix" "$(readlink -f "$prefix/.venv/bin/python")"; do
        case $path in /root/* | /home/* | /run/user/* | /tmp/* | /var/tmp/*)
            refuse "the daemons are not allowed to see $path: install nova-lite in /opt/nova-lite, say" ;;
        esac
        as nova-lite-compute test -x "$path" || refuse "the daemons' users cannot reach $path"
    done
}

install_units() {
    install -D -m 0644 "$here/sysusers.conf" /etc/sysusers.d/nova-lite.conf
    install -D -m 0644 "$here/tmpfiles.conf" /etc/tmpfiles.d/nova-lite.conf
    systemd-sysusers /etc/sysusers.d/nova-lite.conf
    check_prefix
    systemd-tmpfiles --create /etc/tmpfiles.d/nova-lite.conf
    install -D -m 0644 -t $units/nova-lite-.service.d "$here"/nova-lite-.service.d/*.conf
    install -D -m 0644 -t $units/nova-lite-networks.service.d "$here"/nova-lite-networks.service.d/*.conf
    install -m 0644 "$here/nova-lite.target" "$here/nova-lite-networks.socket" $units
    local name
    for name in $daemons networks; do
        sed "s|/opt/nova-lite/|$prefix/|" "$here/nova-lite-$name.service" >$units/nova-lite-"$name".service
        chmod 0644 $units/nova-lite-"$name".service
    done
    systemctl enable -q nova-lite.target
    if systemd_runs; then systemctl daemon-reload; fi
}

write_configuration() {
    local password
    password=$(secret)
    if installs api; then
        new $conf/nova-lite.conf nova-lite <<END
# API and conductor. All options: $prefix/etc/nova-lite/nova-lite.conf.sample
[DEFAULT]
state_path = $state

[database]
connection = sqlite:///$state/nova-lite.sqlite

[api]
listen = 127.0.0.1
port = 8774
public_url = http://127.0.0.1:8774
END
        new $conf/nova-lite-scheduler.conf nova-lite-scheduler <<END
[DEFAULT]
state_path = $state-scheduler
END
        new $conf/admin-password root <<<"$(secret)"
        new $conf/service-password root <<<"$password"
        new $conf/openrc root <<END
# . $conf/openrc: the admin of this cloud (root only: it reads the password from beside it)
export OS_AUTH_URL=http://127.0.0.1:8774/identity/v3 OS_IDENTITY_API_VERSION=3 OS_REGION_NAME=RegionOne
export OS_USERNAME=admin OS_PASSWORD="\$(cat $conf/admin-password)" OS_PROJECT_NAME=admin
export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default LIBVIRT_DEFAULT_URI=qemu:///system
export PATH="$prefix/bin:$prefix/.venv/bin:\$PATH"
END
        password=$(cat $conf/service-password)
    fi
    new $conf/nova-lite-compute.conf nova-lite-compute <<END
# The compute daemon of this host. All options: $prefix/etc/nova-lite/nova-lite.conf.sample
[DEFAULT]
state_path = $state-compute

[compute]
networks_path = /run/nova-lite/networks
networks_socket = /run/nova-lite/networks.sock
auth_url = http://127.0.0.1:8774/identity/v3
image_url = http://127.0.0.1:8774/image
password = $password
END
}

make_keys() {
    local name user host
    host=$(uname -n)
    # shellcheck disable=SC2046,SC2086 # one word per daemon is meant
    "$prefix/bin/nova-lite-manage" keys generate $conf/keys $(printf "nova-%s@$host " $daemons)
    for name in $daemons; do
        case $name in api | conductor) user=nova-lite ;; *) user=nova-lite-$name ;; esac
        chown $user: "$conf/keys/nova-$name@$host.key"
    done
}

prepare_cloud() {
    export NOVA_LITE_ADMIN_PASSWORD NOVA_LITE_SERVICE_PASSWORD
    NOVA_LITE_ADMIN_PASSWORD=$(cat $conf/admin-password)
    NOVA_LITE_SERVICE_PASSWORD=$(cat $conf/service-password)
    as nova-lite "$prefix/bin/nova-lite-manage" --config-file $conf/nova-lite.conf db upgrade
    as nova-lite "$prefix/bin/nova-lite-manage" --config-file $conf/nova-lite.conf bootstrap
}

if [ "$uninstall" ]; then
    remove
    exit 0
fi
install_units
write_configuration
make_keys
if installs api; then prepare_cloud; fi
echo "installed. Look over $conf, then: systemctl start nova-lite.target"
