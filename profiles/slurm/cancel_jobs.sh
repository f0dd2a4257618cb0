#!/usr/bin/env bash
# After Snakemake itself was killed: cancel the Slurm jobs that it submitted from this folder, and wait until they are
# gone. They would go on writing beside those of the next run. Jobs submitted from other folders are left alone.
set -euo pipefail

live_jobs() {
    squeue --me --noheader --states PENDING,CONFIGURING,RUNNING,SUSPENDED,COMPLETING --format '%A %Z' |
        awk -v folder="$(pwd -P)" 'substr($0, index($0, " ") + 1) == folder { print $1 }'
}

mapfile -t jobs < <(live_jobs)
if [ ${#jobs[@]} -gt 0 ]; then
    echo "cancelling ${#jobs[@]} jobs: ${jobs[*]}"
    scancel "${jobs[@]}"
fi
while [ -n "$(live_jobs)" ]; do sleep 1; done
