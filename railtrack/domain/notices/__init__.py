"""Alerts: when something stands as it should not, for whom that is found, and how they want to hear of it.

An alert is found by somebody's **rules** (`rules`): those of an organisation over its own shipments, or those of the
city and the administrators over all. Whose they are is called its **desk**: the organisation's id, or None for who
follows everything. `findings` says what is the matter with a shipment now, `settling` what that makes of the alerts
that are open: a cause that is there opens one, the same cause never a second, and a cause that is gone closes it.
"""
