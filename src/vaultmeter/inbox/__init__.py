"""The durability boundary: what is accepted, and how far each file has been read.

A batch and the position that follows it become durable in one synced transaction; from then on
its records are ours. The analytics store is a view of inbox and archive and can be made again.
"""
