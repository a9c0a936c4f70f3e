"""The drawings of the book's figures; `docs/make_figures.py` runs them."""
