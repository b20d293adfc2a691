# Run by root in a mount namespace of its own: libvirtd.sh DATA_DIR {NAME PLACE}...
# Puts DATA_DIR/NAME in the place of each PLACE, then becomes libvirtd. virtlogd stays when libvirtd is restarted, for it
# holds the console logs of running guests.
data=$1; shift
while [ $# -gt 0 ]; do
    mkdir -p "$2" && mount --bind "$data/$1" "$2" || exit 1
    shift 2
done
virtlogd -d -p /run/libvirt/virtlogd.pid || [ -S /run/libvirt/virtlogd-sock ] || exit 1
exec libvirtd -p /run/libvirt/libvirtd.pid
