"""Marker files of every format, made once for each rate."""

import json
import os
import subprocess
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

# Rate, drop frame.
RATES = [
    ("24000/1001", False),
    ("24", False),
    ("25", False),
    ("30000/1001", False),
    ("30000/1001", True),
    ("30", False),
    ("50", False),
    ("60000/1001", True),
    ("60", False),
]

# Texts that break formats, on a marker each.
TEXTS = [
    "plain",
    "2nd shot | lens",
    'Farbe "zu" warm <b>& grün</b> ]]> end',
    "first line\nsecond line",
    "look |C:ResolveColorRed |M:x |D:9",
    "002  001      V     C        00:00:09:00 00:00:09:01 00:00:09:00 00:00:09:01",
    "a --> b",
    "=1+1; #2 \\ x",
    "tab\there\x0b\x1b",
]


@dataclass
class Files:
    """The files of one rate, and what was written into them."""

    folder: Path
    rate: Fraction
    drop_frame: bool
    start: int
    markers: list

    @property
    def frames(self):
        return [marker["frame"] for marker in self.markers]

    @property
    def lengths(self):
        """Length of each marker, 1 for a point."""
        return [marker["length"] or 1 for marker in self.markers]

    @property
    def labels(self):
        return [label(self.start + frame, self.rate, self.drop_frame) for frame in self.frames]

    def path(self, name):
        return str(self.folder / name)

    def frame_of_millis(self, millis):
        """The frame that is shown at a time."""
        return int(millis * self.rate // 1000)


def label(frame, rate, drop_frame):
    """The timecode of a frame, by counting and not by the formula under test."""
    nominal = round(rate)
    dropped = nominal // 15 if drop_frame else 0
    minute = 0
    while True:
        skipped = dropped if minute % 10 else 0
        inside = 60 * nominal - skipped
        if frame < inside:
            frame += skipped
            break
        frame -= inside
        minute += 1
    seconds, frames = divmod(frame, nominal)
    separator = ";" if drop_frame else ":"
    return f"{minute // 60:02}:{minute % 60:02}:{seconds:02}{separator}{frames:02}"


def start_of_hour(rate, drop_frame):
    nominal = round(rate)
    return nominal * 3600 - (nominal // 15 * 54 if drop_frame else 0)


def chosen_frames(nominal):
    """Frames around minutes, where labels drop, and some far apart."""
    minutes = [m * 60 * nominal + off for m in (1, 2, 9, 10, 11) for off in (-18, -17, -1, 0, 1, 4)]
    return sorted({0, 1, *minutes, *(at * 997 for at in range(2, 40)), nominal * 3001 + 7})


@pytest.fixture(scope="session", params=RATES, ids=lambda rate: rate[0] + ("df" if rate[1] else ""))
def files(request, tmp_path_factory):
    name, drop_frame = request.param
    rate = Fraction(name)
    nominal = round(rate)
    start = start_of_hour(rate, drop_frame)
    markers = [
        {
            "id": f"id-{at}",
            "frame": frame,
            "length": 2 + at if at % 3 == 0 else None,
            "author": {"name": "Ana Roth" if at % 2 else "Ben Öz"},
            "text": f"{TEXTS[at % len(TEXTS)]} {at}",
            "completed": at % 5 == 0,
        }
        for at, frame in enumerate(chosen_frames(nominal))
    ]
    media = {
        "name": "Reel 1.mov",
        "frame_rate": name,
        "drop_frame": drop_frame,
        "start_frame": start,
        "frames": nominal * 4000,
    }
    folder = tmp_path_factory.mktemp("markers")
    source = folder / "in.json"
    source.write_text(json.dumps({"version": 1, "media": media, "markers": markers}))
    subprocess.run(
        [os.environ["EVERY_FORMAT"], source, folder, "file:///Reel%201.mov"],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    return Files(folder, rate, drop_frame, start, markers)
