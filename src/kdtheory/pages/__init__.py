"""Generated pages: the table of options, the protocol, the sections of README and docs/, and what docs/ keeps."""
