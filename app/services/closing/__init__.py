"""How a month is closed, opened again, and what is kept of it."""
