"""The nouns of the product: plain data that every other folder may import.

Nothing in here reads or writes anything, and nothing in here imports another part of the package.
"""
