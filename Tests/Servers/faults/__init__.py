"""What the fault server is made of: a raw connection, the two protocols' good answers, and the ways to spoil them."""
