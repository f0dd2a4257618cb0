"""Files of every kind that the study reads, damaged byte by byte: each is refused by a message or read unchanged."""
