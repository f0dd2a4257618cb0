"""Generated pages: the table of options, the README's sections and what docs/ keeps."""
