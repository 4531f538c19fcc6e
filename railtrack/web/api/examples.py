"""Examples of what is sent: each is sent in a test, in this order, and taken."""

SHIPMENTS: dict[str, tuple[str, object]] = {
    "two-containers": (
        "A shipment with two containers",
        {
            "reference": "API-1",
            "shipper": "Example Tools Co.",
            "consignee": "Example Handel GmbH",
            "origin": "CKG",
            "destination": "MHG",
            "corridor": "dostyk-petropavl",
            "train": "YXO 8426",
            "planned_departure": "2024-05-08T10:00",
            "planned_arrival": "2024-05-26",
            "containers": [
                {
                    "container": "CSQU3054383",
                    "size_type": "45G1",
                    "seals": ["HLK 230103"],
                    "hs_code": "820559",
                    "goods": "Garden tools",
                    "packages": 240,
                    "gross_kg": 18220,
                    "value": 42000,
                    "value_currency": "EUR",
                },
                {"container": "MSKU9070323", "size_type": "22G1", "laden": False},
            ],
        },
    ),
    "booking": (
        "A booking: containers not known by number yet",
        {
            "reference": "API/2 nach Süden",
            "origin": "Mannheim Mühlauhafen",
            "destination": "Chongqing Tuanjiecun",
            "planned_departure": "2024-06-20",
            "containers": [{"quantity": 12, "size_type": "45G1"}],
        },
    ),
}
CHANGES: dict[str, tuple[str, object]] = {
    "replanned": ("Another plan, and no train yet", {"planned_arrival": "2024-05-28T18:00", "train": None}),
    "weighed": (
        "A weight, and one container more",
        {
            "containers": [
                {"container": "CSQU3054383", "gross_kg": 18450},
                {"container": "TGHU7593332", "size_type": "45G1"},
            ]
        },
    ),
    "one-fewer": ("A container taken out again", {"containers": [{"container": "TGHU7593332", "removed": True}]}),
}
EVENTS: dict[str, tuple[str, object]] = {
    "departed": (
        "One event of a whole shipment",
        {"reference": "API-1", "event": "departed", "station": "CKG", "occurred_at": "2024-05-08T11:20"},
    ),
    "list": (
        "Several, told by code and with the sender's own ids",
        [
            {
                "container": "CSQU3054383",
                "event": "ARRI",
                "station": "Dostyk",
                "occurred_at": "2024-05-14T08:05+05:00",
                "source_id": "dtk-101",
            },
            {
                "container": "CSQU3054383",
                "event": "TRSH",
                "station": "DTK",
                "occurred_at": "2024-05-14T15:40+05:00",
                "source_id": "dtk-102",
            },
            {
                "reference": "API-1",
                "event": "position",
                "lat": 48.7,
                "lon": 69.2,
                "occurred_at": "2024-05-15T03:10Z",
            },
        ],
    ),
    "withdrawn": (
        "An event withdrawn by the sender's own id",
        {"event": "void", "voids": "dtk-102", "remark": "not done yet"},
    ),
}
