"""Torch networks on images and their training, shared by teachers and students."""
