"""Students that are networks of finite width, and their linearization (JZ20 Sec. 2)."""
