"""Linear students (PL19): in closed form, by gradient descent, and learners of hard labels beside them."""
