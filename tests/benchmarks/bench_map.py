"""Overview map with 1,000 shipments under way against Folium's own markers, in one process: the ratio must be ≥ 20.

`python tests/benchmarks/bench_map.py` prints the medians of five and the ratio; the exit status is 1 below the floor.
Ours holds all corridors, stations and the base map besides the trains; the other one only 1,000 markers with popups.
"""

import sys
from statistics import median
from time import perf_counter

import folium

from railtrack.domain.records import Lateness
from railtrack.exchange.reference import load_reference
from railtrack.maps import Look, TrainMark, overview_map, render_page
from railtrack.resources import folder

SHIPMENTS, RUNS, FLOOR = 1000, 5, 20.0


def main() -> int:
    data = load_reference(folder("data"))
    network = data.network()
    corridor = data.corridors[0]
    line = network.line(corridor.id, corridor.origin, corridor.destination)
    states = (Lateness.ON_PLAN, Lateness.LATE, Lateness.HELD, Lateness.SILENT)
    places = [line[i * (len(line) - 1) // SHIPMENTS] for i in range(SHIPMENTS)]

    def ours() -> int:
        trains = [
            TrainMark(
                number=i + 1, reference=f"CM-2026-{i:04d}", lat=lat, lon=lon, lateness=states[i % 4],
                state="Late, +9 h", where="between Kirov and Perm", details=("50 containers",),
            )
            for i, (lat, lon) in enumerate(places)
        ]  # fmt: skip
        drawn = overview_map(network.stations, data.legs, data.corridors, trains, look=Look(title="Map"))
        return len(render_page(drawn, "nonce", lambda name: f"/static/{name}"))

    def floor() -> int:
        plain = folium.Map(tiles=None)
        for i, (lat, lon) in enumerate(places):
            folium.Marker((lat, lon), popup=f"CM-2026-{i:04d}").add_to(plain)
        return len(plain.get_root().render())

    ours_s, ours_size = timed(ours)
    floor_s, floor_size = timed(floor)
    ratio = floor_s / ours_s
    print(f"folium markers  {floor_s:7.3f} s  {floor_size / 1e6:5.2f} MB")
    print(f"railtrack map   {ours_s:7.3f} s  {ours_size / 1e6:5.2f} MB")
    print(f"ratio           {ratio:7.1f}  (floor {FLOOR:.0f})")
    return 0 if ratio >= FLOOR else 1


def timed(work: object) -> tuple[float, int]:
    """Median seconds of the runs, and the size of what came out."""
    assert callable(work)
    times, size = [], 0
    for _ in range(RUNS):
        start = perf_counter()
        size = work()
        times.append(perf_counter() - start)
    return median(times), size


if __name__ == "__main__":
    sys.exit(main())
