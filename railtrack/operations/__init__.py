"""One function for each thing somebody can do: record, load, correct, follow, count, draw, administer.

Each takes the store, plain values, who acts (`actor`) and the present (`now`); judges whether that actor may; opens one
transaction; and returns values or raises an error of `domain.errors`. Pages and commands call these and hold no rule
of the trade themselves.
"""
