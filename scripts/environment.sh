# shellcheck shell=sh disable=SC2034
# Makes .venv what the lock files say; sourced by ./scripts/run and ./scripts/test, POSIX sh, nothing but Python 3.11+
# needed. `prepare` returns at once when nothing has changed since it last finished. The callers set ROOT.

# shared library = package of Debian and Ubuntu that brings it
OFFSCREEN_LIBRARIES='libEGL.so.1=libegl1 libGL.so.1=libgl1 libdbus-1.so.3=libdbus-1-3 libfontconfig.so.1=libfontconfig1
    libglib-2.0.so.0=libglib2.0-0 libxkbcommon.so.0=libxkbcommon0'
WINDOW_LIBRARIES="$OFFSCREEN_LIBRARIES libxcb-cursor.so.0=libxcb-cursor0 libxcb-icccm.so.4=libxcb-icccm4
    libxcb-image.so.0=libxcb-image0 libxcb-keysyms.so.1=libxcb-keysyms1 libxcb-render-util.so.0=libxcb-render-util0
    libxcb-shape.so.0=libxcb-shape0 libxcb-xkb.so.1=libxcb-xkb1 libxkbcommon-x11.so.0=libxkbcommon-x11-0"
TAB=$(printf '\t')

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "$*"
    exit 1
}

# missing_packages LIBRARIES: prints the packages of the libraries that the system's linker does not know
missing_packages() {
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null) || return 0
    for pair in $1; do
        case $known in
            *"$TAB${pair%%=*} "*) ;;
            *) printf '%s ' "${pair#*=}" ;;
        esac
    done
}

# install_packages PACKAGE...: one call of apt-get, so that sudo asks at most once
install_packages() {
    [ $# -gt 0 ] || return 0
    say "Missing on this computer: $*"
    if ! command -v apt-get >/dev/null; then
        say "These are Debian's names: please install them with your own package manager. Going on without them."
        return 0
    fi
    if [ "$(id -u)" = 0 ]; then
        as_root=
        say "Installing them with apt-get."
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root=sudo
        say "Installing them with apt-get; sudo may ask for your password."
    else
        stop "Please type this once and start again:  sudo apt-get update && sudo apt-get install --no-install-recommends $*"
    fi
    # A fresh computer has no list of packages yet, and an old list names files that are gone: then a second try.
    # shellcheck disable=SC2016,SC2086
    $as_root sh -c '
        export DEBIAN_FRONTEND=noninteractive
        install() {
            apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@" >/dev/null
        }
        install "$@" 2>/dev/null || { apt-get update -qq && install "$@"; }
    ' sh "$@" </dev/null >&2 || stop "apt-get could not install them: its reason stands above."
}

# find_python: sets python to the first of the system's own Pythons that is new enough
find_python() {
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        python=$("$name" -c 'import sys; assert sys.version_info >= (3, 11); print(sys._base_executable)' 2>/dev/null) &&
            return 0
    done
    stop "Foreword needs Python 3.11 or newer, and this computer has $(python3 --version 2>/dev/null || echo none)."
}

# find_uv: sets uv to one that can check the hashes of what a build needs too: the computer's, or the one fetched earlier
find_uv() {
    for uv in uv "$ROOT/.venv/installer/bin/uv"; do
        "$uv" pip install --help 2>/dev/null | grep -q -e --build-constraint && return 0
    done
    return 1
}

has_pip() { "$python" -m pip --version >/dev/null 2>&1; }

# missing_installer: prints the package without which uv cannot be fetched
missing_installer() {
    find_uv || has_pip || "$python" -c 'import ensurepip' 2>/dev/null ||
        "$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

fetch_uv() {
    say "Fetching uv, which installs everything else."
    rm -rf "$ROOT/.venv/installer"
    set -- --quiet --disable-pip-version-check --require-hashes --requirement "$ROOT/scripts/installer.lock"
    if has_pip; then
        "$python" -m pip install --target "$ROOT/.venv/installer" "$@"
    else
        "$python" -m venv "$ROOT/.venv/installer"
        "$ROOT/.venv/installer/bin/python" -m pip install "$@"
    fi
    find_uv || stop "uv was fetched but does not start."
}

# describe LOCK: what .venv is made from: a lock, the project's own data, a Python and a place
describe() {
    sources=$(cat "$ROOT/$1" "$ROOT/pyproject.toml" "$ROOT/scripts/environment.sh" | cksum)
    printf '%s|%s|%s|%s' "$1" "$sources" "$(readlink -f "$ROOT/.venv/bin/python")" "$ROOT"
}

# make_venv: an empty .venv, unless there is one that still works: neither Python nor the folder has moved
make_venv() {
    if "$ROOT/.venv/bin/python" -c 'import sys; assert sys.version_info >= (3, 11)' 2>/dev/null; then
        case $recorded in '' | *"|$(readlink -f "$ROOT/.venv/bin/python")|$ROOT") return 0 ;; esac
    fi
    rm -rf "$ROOT/.venv"
    "$python" -m venv --without-pip "$ROOT/.venv"
}

# prepare LOCK [PACKAGE...]: .venv as LOCK says, and the packages that the computer lacks
prepare() {
    lock=$1
    shift
    recorded=$(cat "$ROOT/.venv/made-from" 2>/dev/null || :)
    # The tests' lock holds the program's lock and more: a .venv that has been made for tests stays so.
    case $recorded in requirements-dev.lock*) lock=requirements-dev.lock ;; esac
    if [ -n "$recorded" ] && [ "$recorded" = "$(describe "$lock")" ]; then
        install_packages "$@"
        return 0
    fi
    find_python
    # shellcheck disable=SC2046
    install_packages "$@" $(missing_installer)
    say "Setting up Foreword in $ROOT/.venv; later starts skip this."
    make_venv
    find_uv || fetch_uv
    rm -f "$ROOT/.venv/made-from"
    (
        cd "$ROOT" || exit 1
        "$uv" pip sync --python .venv/bin/python --require-hashes --no-build --compile-bytecode "$lock"
        "$uv" pip install --quiet --python .venv/bin/python --no-deps \
            --build-constraints requirements-dev.lock --editable .
        .venv/bin/python -m compileall -q desktop ui sync resources marketplace
    ) >&2
    describe "$lock" >"$ROOT/.venv/made-from"
}
