#!/usr/bin/env bash
# The second pip step: neural-tangents without TensorFlow, then the package itself.
set -euo pipefail
python -m pip install --no-deps neural-tangents==0.6.5
python -m pip install --no-deps --editable "$(git rev-parse --show-toplevel)"
