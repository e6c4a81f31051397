"""What the demo company is asked to do: an aircraft, a well, a heating system, a campaign, a set of accounts.

Prices in euro cents. An item: finding, corrective action, labour code, estimated hours, parts (name, number, how many,
unit price). Each job is written in the language its customer speaks.
"""

from __future__ import annotations

from typing import Any

ORDERS: list[dict[str, Any]] = [
    {
        "title": "100-hour inspection",
        "object": "PH-KLX · Cessna 172 S",
        "customer": ("Jansen Aviation", "Vliegveldweg 30\n3045 NT Rotterdam"),
        "contacts": [
            {
                "name": "Jan Jansen",
                "title": "Owner",
                "email": "jan@jansen-aviation.example",
                "language": "en",
            },
            {
                "name": "Lotte Vermeer",
                "title": "Chief pilot",
                "email": "",
                "phone": "+31 6 5555 0110",
                "language": "nl",
            },
        ],
        "site": ("Hangar 4", "De Zanden 57\n7395 PA Teuge"),
        "notes": "Found during the 100-hour inspection at 4,812 hours. Parts marked NS come in two days.",
        "rate": 9200,
        "tax": "21",
        "items": [
            (
                "Left main tyre worn to the cord",
                "Replace tyre and tube, balance, check brake lining.",
                "32-40",
                "2.5",
                [("Tyre 6.00-6 6-ply", "156E66-2", "1", 28900), ("Tube 6.00-6", "092-500-0", "1", 7450)],
            ),
            (
                "ELT battery due in 3 weeks",
                "Replace battery pack, test on 121.5 MHz.",
                "25-60",
                "1",
                [("Battery pack ELT", "E-04.0", "1", 21800)],
            ),
            (
                "Magneto timing 3° late",
                "Retime both magnetos to 25° before top dead centre.",
                "74-10",
                "1.5",
                [],
            ),
            (
                "Exhaust gasket leaking, cylinder 3",
                "Replace gasket, torque, leak check.",
                "78-10",
                "1.25",
                [("Gasket exhaust", "LW-13388", "1", 1890)],
            ),
            (
                "Nose strut low, seals weeping",
                "Overhaul strut: seals, fluid, nitrogen.",
                "32-20",
                "4",
                [("Seal kit strut", "SK-172-N", "1", 14600), ("Hydraulic fluid", "MIL-H-5606", "2", 1450)],
            ),
            (
                "Landing light inoperative",
                "Replace lamp with LED unit (STC).",
                "33-40",
                "0.75",
                [("LED landing light", "GE4509-LED", "1", 31900)],
            ),
            (
                "Seat rail pin worn, pilot side",
                "Replace pin and stop, check rail for wear.",
                "25-10",
                "1",
                [("Seat pin", "0510180-3", "2", 3975)],
            ),
        ],
    },
    {
        "title": "Wellhead service, ticket 7-118",
        "object": "Well Delta-7",
        "customer": ("Northgate Energy", "14 Quay Street\nAberdeen AB11 5QX"),
        "contacts": [
            {
                "name": "Emily Carter",
                "title": "Company representative",
                "email": "emily@northgate.example",
                "language": "en",
            },
        ],
        "site": ("Delta pad", "Access road B, gate 3"),
        "notes": "Crew of three, day rate agreed under call-off 2026-04.",
        "rate": 11800,
        "tax": "20",
        "items": [
            (
                "Annulus valve passing",
                "Grease, cycle and pressure test to 345 bar.",
                "WH-110",
                "6",
                [("Valve grease", "VG-50", "4", 8600)],
            ),
            (
                "Tree cap seal nicked",
                "Replace seal, torque, test.",
                "WH-140",
                "3",
                [("Tree cap seal", "TC-7-HNBR", "1", 41200)],
            ),
            ("Stand-by, waiting on crane", "Four hours at stand-by rate.", "SB-01", "4", []),
        ],
    },
    {
        "title": "Warmtepomp plaatsen",
        "object": "Kantoor Maes, technische ruimte",
        "customer": ("Maes Interieur", "Stationsstraat 8\n2800 Mechelen"),
        "contacts": [
            {
                "name": "Sofie Maes",
                "title": "Zaakvoerder",
                "email": "sofie@maes-interieur.example",
                "language": "nl",
            },
        ],
        "site": ("Kantoor", "Stationsstraat 8\n2800 Mechelen"),
        "notes": "Oude ketel blijft tot de oplevering in dienst.",
        "rate": 6400,
        "tax": "6",
        "items": [
            (
                "Lucht-waterwarmtepomp 9 kW",
                "Leveren, plaatsen en inregelen.",
                "HVAC-2",
                "16",
                [("Warmtepomp 9 kW", "WP-9-MONO", "1", 689000), ("Buffervat 200 l", "BV-200", "1", 94500)],
            ),
            (
                "Leidingwerk technische ruimte",
                "Aanpassen en isoleren.",
                "HVAC-4",
                "9",
                [("Koper 28 mm, per meter", "CU28", "14", 1680)],
            ),
            ("Inbedrijfstelling", "Meetrapport en uitleg aan de gebruiker.", "HVAC-9", "3", []),
        ],
    },
    {
        "title": "Campagne de printemps",
        "object": "Affiche et dépliant",
        "customer": ("Librairie Dubois", "Rue des Carmes 21\n4000 Liège"),
        "contacts": [
            {
                "name": "Claire Dubois",
                "title": "Gérante",
                "email": "claire@librairie-dubois.example",
                "language": "fr",
            },
        ],
        "site": ("Magasin", "Rue des Carmes 21\n4000 Liège"),
        "notes": "Bon à tirer à valider avant impression.",
        "rate": 8500,
        "tax": "21",
        "items": [
            ("Affiche A2, deux propositions", "Création et une série de corrections.", "CREA-1", "8", []),
            (
                "Dépliant six pages",
                "Mise en page, relecture, épreuve.",
                "CREA-2",
                "10",
                [("Impression, 1 000 exemplaires", "", "1", 46000)],
            ),
        ],
    },
    {
        "title": "Jaarrekening 2026",
        "object": "Boekjaar 2026",
        "customer": ("Bakkerij De Korenaar", "Markt 3\n5211 JX 's-Hertogenbosch"),
        "contacts": [
            {
                "name": "Youssef El Amrani",
                "title": "Eigenaar",
                "email": "youssef@korenaar.example",
                "language": "nl",
            },
        ],
        "site": ("Winkel", "Markt 3\n5211 JX 's-Hertogenbosch"),
        "notes": "Vast bedrag voor de jaarrekening; extra werk in overleg.",
        "rate": 9500,
        "tax": "21",
        "items": [
            (
                "Samenstellen jaarrekening",
                "Balans, winst- en verliesrekening, toelichting.",
                "ACC-10",
                "14",
                [],
            ),
            ("Aangifte vennootschapsbelasting", "Opstellen en indienen na akkoord.", "TAX-20", "5", []),
            ("Loonadministratie nalopen", "Controle van de laatste vier kwartalen.", "PAY-05", "4", []),
        ],
    },
    {
        "title": "Yearly inspection",
        "object": "Reach truck 7",
        "customer": ("Delta Cold Store", "Kade 18\n4389 PA Ritthem"),
        "contacts": [
            {
                "name": "Ines Baert",
                "title": "Site manager",
                "email": "ines@deltacoldstore.example",
                "language": "en",
            },
        ],
        "site": ("Hall 3", "Kade 18, gate B"),
        "notes": "The truck is free on Saturdays.",
        "rate": 7800,
        "tax": "21",
        "items": [
            ("Inspection by the law", "Inspect, test with load, report.", "INS-1", "3", []),
            (
                "Lift chains stretched by 2.4 %",
                "Replace both chains, set and test.",
                "CHN-4",
                "4",
                [("Lift chain", "BL-834", "2", 18900)],
            ),
            (
                "Hydraulic oil due",
                "Change oil and filter.",
                "HYD-2",
                "1.5",
                [("Oil filter", "HF-6710", "1", 4350)],
            ),
        ],
    },
]

# A drawn signature, as the signature field writes it.
DRAWN = (
    '{"aspect":3,"strokes":[[[0.08,0.331],[0.1,0.283],[0.118,0.276],[0.133,0.31],[0.143,0.378],[0.147'
    ",0.471],[0.147,0.573],[0.143,0.671],[0.137,0.749],[0.131,0.796],[0.126,0.806],[0.125,0.778],[0.1"
    "29,0.717],[0.138,0.632],[0.151,0.537],[0.169,0.445],[0.189,0.37],[0.209,0.324],[0.228,0.311],[0."
    "243,0.334],[0.254,0.389],[0.26,0.466],[0.26,0.554],[0.257,0.64],[0.251,0.711],[0.244,0.757],[0.2"
    "39,0.772],[0.238,0.753],[0.24,0.705],[0.248,0.635],[0.261,0.554],[0.278,0.474],[0.298,0.406],[0."
    "318,0.361],[0.338,0.345],[0.354,0.36],[0.365,0.402],[0.372,0.465],[0.373,0.54],[0.37,0.614],[0.3"
    "65,0.678],[0.358,0.721],[0.353,0.738],[0.35,0.727],[0.352,0.691],[0.359,0.634],[0.371,0.566],[0."
    "388,0.497],[0.407,0.438],[0.427,0.396],[0.447,0.378],[0.464,0.386],[0.476,0.418],[0.484,0.468],["
    "0.486,0.53],[0.484,0.593],[0.479,0.648],[0.472,0.688],[0.466,0.706],[0.463,0.701],[0.464,0.674],"
    "[0.47,0.629],[0.481,0.574],[0.497,0.516],[0.516,0.465],[0.537,0.428],[0.556,0.409],[0.574,0.412]"
    ",[0.587,0.435],[0.596,0.474],[0.599,0.524],[0.597,0.576],[0.593,0.623],[0.586,0.658],[0.58,0.676"
    "],[0.576,0.675],[0.576,0.656],[0.581,0.622],[0.592,0.578],[0.607,0.531],[0.625,0.488],[0.646,0.4"
    "56],[0.666,0.439],[0.684,0.438],[0.698,0.454],[0.707,0.483],[0.711,0.522],[0.711,0.563],[0.706,0"
    ".601],[0.7,0.631]],[[0.12,0.82],[0.152,0.821],[0.184,0.821],[0.217,0.82],[0.249,0.818],[0.281,0."
    "814],[0.313,0.808],[0.345,0.8],[0.377,0.79],[0.41,0.779],[0.442,0.766],[0.474,0.752],[0.506,0.73"
    "7],[0.538,0.722],[0.57,0.708],[0.603,0.695],[0.635,0.683],[0.667,0.673],[0.699,0.665],[0.731,0.6"
    "59],[0.763,0.655],[0.796,0.652],[0.828,0.651],[0.86,0.652]],[[0.2,0.2],[0.21,0.35],[0.215,0.5],["
    "0.21,0.66],[0.18,0.74],[0.13,0.7]]]}"
)
