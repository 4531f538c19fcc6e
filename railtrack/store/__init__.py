"""What is recorded, in SQLite or PostgreSQL. The only place that knows SQLAlchemy; rows never leave it.

`Store.reading()` gives a snapshot, `Store.writing(actor, now)` one transaction that is rolled back unless it says
`commit()`. Everything read is read within a `Scope`, so that nobody has to remember to leave out what a partner must
not see. Events are added, never changed; journeys, visits and crossings are derived from them (`refold`) and could be
thrown away. Every change leaves a line in the audit.
"""
