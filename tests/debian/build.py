"""Builds a Debian package from the list of files in Cargo.toml, as `cargo deb` does.

Usage: build.py PROGRAM ROOT PACKAGE
"""

import glob
import gzip
import json
import os
import shutil
import subprocess
import sys


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def package():
    """Returns the metadata of the crate of the command."""
    metadata = json.loads(output("cargo", "metadata", "--no-deps", "--format-version", "1", "--locked"))
    return next(it for it in metadata["packages"] if it["name"] == "frameio-cli")


def copy_assets(crate, program, root):
    """Copies the files of the list below the root; manual pages are compressed, as Debian requires."""
    directory = os.path.dirname(crate["manifest_path"])
    for source, target, mode in crate["metadata"]["deb"]["assets"]:
        is_program = source.startswith("target/release/")
        found = [program] if is_program else glob.glob(os.path.join(directory, source))
        if not found:
            sys.exit(f"no file matches '{source}'")
        for path in found:
            to = os.path.join(root, target, os.path.basename(path))
            os.makedirs(os.path.dirname(to), exist_ok=True)
            if "/man/" in target:
                to += ".gz"
                with open(path, "rb") as page, gzip.GzipFile(to, "wb", mtime=0) as compressed:
                    shutil.copyfileobj(page, compressed)
            else:
                shutil.copyfile(path, to)
            os.chmod(to, int(mode, 8))
            if is_program and shutil.which("strip"):
                subprocess.run(["strip", to], check=True)


def control(crate, root):
    """Returns the control file."""
    deb = crate["metadata"]["deb"]
    files = [os.path.join(base, name) for base, _, names in os.walk(root) for name in names]
    size = sum(os.path.getsize(path) for path in files) // 1024
    description = "\n".join(" " + line for line in deb["extended-description"].splitlines())
    return (
        f"Package: {deb['name']}\n"
        f"Version: {crate['version']}-1\n"
        f"Architecture: {output('dpkg', '--print-architecture').strip()}\n"
        f"Maintainer: {deb['maintainer']}\n"
        f"Installed-Size: {size}\n"
        f"Depends: {deb['depends']}\n"
        f"Section: {deb['section']}\n"
        f"Priority: {deb['priority']}\n"
        f"Homepage: {crate['repository']}\n"
        f"Description: {crate['description']}\n{description}\n"
    )


def main():
    program, root, target = sys.argv[1:]
    crate = package()
    copy_assets(crate, program, root)
    text = control(crate, root)
    os.makedirs(os.path.join(root, "DEBIAN"))
    with open(os.path.join(root, "DEBIAN/control"), "w", encoding="utf-8") as file:
        file.write(text)
    # The package is installed once, so fast compression suffices.
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", root, target], check=True)


main()
