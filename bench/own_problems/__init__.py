"""The start and the answer of a diagnosis on twelve fresh problems, as docs/own-problem-protocol.md declares."""
