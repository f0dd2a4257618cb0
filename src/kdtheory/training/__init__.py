"""Torch networks and their training, shared by teachers and students."""
