"""What every job shares: its command line, its files, seeds, provenance, log and device."""
