"""The rules of the trade, and its words. Nothing here knows of a database, a file or a page.

Glossary, in the order in which a box meets these words:

- **Container**: a steel box by its ISO 6346 number (owner, serial, check digit), or one of a *quantity* whose numbers
  are not known yet. **Size-type**: four characters that say how long, how high and of what kind, such as 45G1.
- **TEU**: twenty-foot equivalent unit; a 40-foot container is two, a 45-foot one two and a quarter.
- **Laden** or **empty**: with goods or without. **Gross**: container with goods; **tare**: the container alone.
- **Shipment**: containers under one reference of a partner, between the same two stations. **Consignment**: what the
  railways call it once a **consignment note** (CIM in the west, SMGS in the east) travels with it.
- **Partner**: the organisation that ships or forwards, and records. **City**: reads everything, changes nothing.
- **Train**: a service number on the day it departs from its origin. **Slots**: the TEU it can take. **Fill**: laden
  TEU over slots.
- **Station**: where containers are handled or borders passed, with the clock its own railway keeps. **Leg**: the way
  between two neighbouring stations, by rail (of one **gauge**, 1,435 or 1,520 mm) or by ship. **Corridor**: a chain of
  stations from one end of the line to the other; used **westbound** and **eastbound**.
- **Gauge change**: containers are lifted from wagons of one gauge to those of the other, **transshipped**.
- **Event**: what somebody says happened (actual), is expected (estimated) or is wanted (planned), at a place and time.
  It is never changed: a **correction** takes its place, a **void** withdraws it, and both stay in the history.
- **Journey**: what the events of one container fold to, from departure to arrival. **Visit**: its stay at one station;
  **dwell**: how long that lasts. **Crossing**: the visits on both sides of a border, counted as one wait.
- **Plan**: the times agreed before departure. **Late**: behind the plan by more than two hours along the way.
  **Silent**: without news since the next were due.
- **Alert**: that something is the matter with a shipment, found by the rules of a **desk**: those of an organisation
  over its own shipments, or those of the city and the administrators over all.
- **Published record**: what newspapers and the operator told of the first trains; history, and nobody's shipment.
  **Simulated**: made up, marked everywhere, and counted only when asked for.
- **Day-precise**: told by its date alone. Such a time is over when its day is, and hours are never made of it.

A time is a `Moment`: the instant, the offset of its place then, and the text as given.
"""
