# Becomes a container with a real systemd: machine.sh DIR NSPAWN-ARGUMENTS...; to be run in a mount namespace of its own.
# Its root is this machine's, seen through an overlay: DIR/files lies on top, what it writes goes to memory.
set -eu
dir=$1; shift
mkdir -p "$dir/memory"
mount -t tmpfs -o mode=0755 memory "$dir/memory"
mkdir "$dir/memory/work" "$dir/memory/root"
cp -a "$dir/files" "$dir/memory/upper"
mount -t overlay -o "lowerdir=/,upperdir=$dir/memory/upper,workdir=$dir/memory/work" root "$dir/memory/root"
# nspawn's own notes vanish with the namespace too; between two boots it removes them, from memory only.
mkdir -p /run/systemd/nspawn
mount -t tmpfs -o mode=0755 notes /run/systemd/nspawn
# 133: it wants to be started anew, for it reboots.
status=133
while [ "$status" = 133 ]; do
    status=0
    setpriv --pdeathsig KILL systemd-nspawn -q -b -D "$dir/memory/root" --register=no --private-network \
        --console=read-only --resolv-conf=off --capability=all --system-call-filter=@privileged "$@" || status=$?
done
