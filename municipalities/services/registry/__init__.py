"""The registry's way in: readers of each source, a comparer and a writer.

A reader turns one source into an `Edition`; `comparing` sets it against the database and gives a `Plan`;
`writing` carries the plan out in one transaction. Only the writer writes, and only what differs.
"""
