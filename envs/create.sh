#!/usr/bin/env bash
# The pinned environment in FOLDER, unless it is there and up to date: envs/create.sh FOLDER [PYTHON]
# Without PYTHON the environment's own Python stays; a new one gets the newest that is found. Variables:
#   REQUIREMENTS  the file of pins, envs/requirements.txt
#   WITHOUT       a package of that file to leave out, as torch
#   TORCH_INDEX   a package index that has a CPU build of torch
set -euo pipefail
folder=$1 python=${2:-} requirements=${REQUIREMENTS:-envs/requirements.txt}
fitting="3.11 3.12 3.13 3.14"

# A pyenv shim may be there and not start.
series() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true; }
fits() { [[ " $fitting " == *" $(series "$1") "* ]]; }
fail() {
    echo "error: $1; name a Python of ${fitting// /, }, for instance: make env PYTHON=/usr/bin/python3.12" >&2
    exit 1
}

# Before anything is downloaded.
if [[ -n $python ]]; then
    found=$(series "$python")
    fits "$python" || fail "PYTHON=$python is ${found:-no Python that starts}"
else
    for candidate in "$folder/bin/python" python3.13 python3.12 python3.11 python3; do
        if fits "$candidate"; then
            python=$candidate
            break
        fi
    done
    [[ -n $python ]] || fail "no fitting Python is found"
fi

wanted=$(series "$python") there=$(series "$folder/bin/python") installed=$folder/.installed
"$folder/bin/python" -m pip --version &>/dev/null || there=""  # its creation was interrupted
if [[ $there == "$wanted" && $installed -nt $requirements && $installed -nt pyproject.toml && $installed -nt $0 ]]; then
    exit
fi
if [[ $there != "$wanted" ]]; then
    [[ -e $folder ]] && echo "$folder (Python ${there:-that does not start}) is built anew with Python $wanted"
    "$python" -m venv --clear "$folder"
fi
rm -f "$installed"
pip=("$folder/bin/python" -m pip --disable-pip-version-check)
grep -v "^${WITHOUT:-nothing}==" "$requirements" >"$folder/requirements.txt"
"${pip[@]}" install --requirement "$folder/requirements.txt" ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"}
# Without its dependencies: it declares TensorFlow, which nothing here uses.
"${pip[@]}" install --no-deps neural-tangents==0.6.5
"${pip[@]}" install --no-deps --editable .
touch "$installed"
