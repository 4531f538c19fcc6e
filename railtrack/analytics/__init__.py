"""Statistics over journeys: transit times, reliability, dwell, borders, volume. The only place that knows DuckDB.

`engine` keeps a copy of the facts that `store` gives, refreshed by change number and never a truth of its own. One
module for each statistic writes its question in SQL, with the definitions of the contract in its docstring;
`statistics.compute` is the way in. Partners' figures are made of their own journeys only: each question has a scope.
"""
