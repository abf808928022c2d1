#!/bin/sh
# Puts a U-Boot that has wget where the argument says: this system's own, or Debian 13's, which apt fetches and verifies.
set -eu
part=usr/lib/u-boot/qemu_arm64/u-boot.bin
if grep -qs wget "/$part"; then
    exec cp "/$part" "$1"
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -p "$place/lists/partial" "$place/cache/archives/partial"
: >"$place/status"

# A list of packages beside the system's, which stays as it is.
from_debian_13() {
    (cd "$place" && apt-get -qq -o Dir::Etc::SourceList="$place/sources.list" -o Dir::Etc::SourceParts=- \
        -o Dir::State::Lists="$place/lists" -o Dir::State::Status="$place/status" -o Dir::Cache="$place/cache" \
        -o APT::Sandbox::User= "$@")
}

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' 'Component: main' | head -n 1)
keys=/usr/share/keyrings/debian-archive-trixie-stable.gpg
echo "deb [signed-by=$keys] ${mirror:?apt knows no mirror of Debian} trixie main" >"$place/sources.list"
from_debian_13 update
from_debian_13 download u-boot-qemu
dpkg-deb --fsys-tarfile "$place"/u-boot-qemu_*.deb | tar -xO "./$part" >"$place/u-boot.bin"
grep -q wget "$place/u-boot.bin"
cp "$place/u-boot.bin" "$1"
