"""`--probe` with ffprobe, on media that ffmpeg wrote with a start timecode."""

import json
import os
import subprocess

import imageio_ffmpeg
import pytest

# Rate, start timecode, and the timecode of frame 1800.
MEDIA = [
    ("24000/1001", "01:00:00:00", "01:01:15:00"),
    ("25", "10:00:00:00", "10:01:12:00"),
    ("30000/1001", "01:00:00;00", "01:01:00;02"),
    ("30000/1001", "01:00:00:00", "01:01:00:00"),
    ("60000/1001", "01:00:00;00", "01:00:30;00"),
    ("60000/1001", "00:59:58;00", "01:00:28;00"),
]


@pytest.mark.parametrize(("rate", "start", "expected"), MEDIA)
def test_probe(tmp_path, rate, start, expected):
    media = tmp_path / "a b.mov"
    source = f"color=black:s=32x32:r={rate}:d=0.2"
    write = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source]
    subprocess.run([*write, "-timecode", start, "-c:v", "mpeg4", media], check=True, timeout=60)
    (tmp_path / "in.csv").write_text("id,frame,text\na,1800,Too dark\n")
    convert = [os.environ["FRAMEIO"], "comments", "convert", "in.csv", "out.json", "--from", "csv"]
    subprocess.run([*convert, "--probe", media], cwd=tmp_path, check=True, timeout=60)
    converted = json.loads((tmp_path / "out.json").read_text())
    assert converted["media"]["frame_rate"] == rate
    assert converted["media"]["start_timecode"] == start
    assert converted["markers"][0]["timecode_in"] == expected
