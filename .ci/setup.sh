# What a fresh Debian or Ubuntu machine with Rust and Node still needs; sourced by run, check and bench/run.
# Nothing is downloaded but packages of the system, of npm and of cargo.

say() { printf '\033[1m· %s\033[0m\n' "$*" >&2; }
fail() { printf '\033[31m✗ %s\033[0m\n' "$*" >&2; exit 1; }

NEED_CORE="build-essential pkg-config perl clang lld"
NEED_APP="libwebkit2gtk-4.1-dev"
NEED_FONT="fonts-noto-cjk"
NEED_TESTS="chromium xvfb webkit2gtk-driver e2fsprogs"

need_tools() {
    command -v cargo >/dev/null || fail "Rust is missing. Install it (1.95 or newer) and run this again."
    command -v node >/dev/null || fail "Node.js is missing. Install it (20.19 or newer) and run this again."
    command -v npm >/dev/null || fail "npm is missing. It comes with Node.js."
    local have
    have=$(cargo --version | awk '{print $2}')
    [ "$(printf '%s\n1.95.0\n' "$have" | sort -V | head -n 1)" = 1.95.0 ] || fail "Rust $have is too old: 1.95 or newer is needed."
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
        || fail "Node.js $(node --version) is too old: 20.19 or newer is needed."
}

# need_packages WHY PACKAGE...: installs what is missing, as root, and says so first.
need_packages() {
    local why=$1 missing=() package
    shift
    command -v dpkg-query >/dev/null || fail "This script knows Debian and Ubuntu. Elsewhere, install what matches: $*"
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "installing ${missing[*]} ($why)"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "Root is needed for that: run  apt-get install ${missing[*]}  and try again."
        say "root is needed for that; sudo may ask for your password"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The UI's packages, as the lock file has them.
need_npm() {
    local stamp=ui/node_modules/.lock-seen
    if [ ! -f "$stamp" ] || ! cmp -s ui/package-lock.json "$stamp"; then
        say "fetching the UI's packages"
        npm --prefix ui ci --no-audit --no-fund --loglevel=error
        cp ui/package-lock.json "$stamp"
    fi
}

# The built UI, made anew when something in it is newer.
need_ui() {
    need_npm
    if [ ! -f ui/dist/index.html ] || [ -n "$(find ui/src ui/public ui/index.html ui/package.json ui/vite.config.ts schemas/ts -newer ui/dist/index.html -print -quit)" ]; then
        say "building the UI"
        npm --prefix ui run --silent build -- --logLevel warn
        touch ui/dist/index.html
    fi
}

# Always the same selection and the same features, so that nothing is compiled twice (decision 0010). The window and the host
# without one are one program here; a release is built without devhost.
ALL=(--workspace --features doorstep-app/window,doorstep-app/devhost)
# DOORSTEP_BUILT is set where the tests' own build has made the programs.
build_bins() { [ -n "${DOORSTEP_BUILT:-}" ] || cargo build --quiet "${ALL[@]}" "${@/#/--bin=}"; }
build_app() { build_bins doorstep-app; }
build_programs() { build_bins doorstep-relay doorstep-play; }

TARGET=${CARGO_TARGET_DIR:-target}/debug
