"""Frames that other readers get equal those written, at every rate."""

import csv
import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

import imageio_ffmpeg
import opentimelineio as otio
import pycmx
import pysubs2
import pytest
import webvtt


def test_opentimelineio(files):
    timeline = otio.adapters.read_from_file(files.path("otio/comments.otio"))
    assert timeline.global_start_time.value == files.start
    [clip] = timeline.find_clips()
    ranges = [marker.marked_range for marker in clip.markers]
    assert [range.start_time.value - files.start for range in ranges] == files.frames
    assert [range.duration.value for range in ranges] == files.lengths
    assert clip.markers[0].comment.startswith("Ben Öz: plain 0")
    rate = float(files.rate)
    labels = [range.start_time.to_timecode(rate, files.drop_frame) for range in ranges]
    assert labels == files.labels
    again = otio.adapters.read_from_string(otio.adapters.write_to_string(timeline))
    assert again.is_equivalent_to(timeline)


def test_opentimelineio_cmx_3600(files):
    timeline = otio.adapters.read_from_file(
        files.path("resolve-edl/comments.edl"), adapter_name="cmx_3600", rate=float(files.rate)
    )
    clips = list(timeline.find_clips())
    assert [clip.source_range.start_time.value - files.start for clip in clips] == files.frames
    assert all(clip.source_range.duration.value == 1 for clip in clips)
    comments = [" ".join(clip.metadata["cmx_3600"]["comments"]) for clip in clips]
    lengths = [int(comment.rsplit("|D:", 1)[1]) for comment in comments]
    assert lengths == files.lengths


def test_pycmx(files):
    with open(files.path("resolve-edl/comments.edl"), encoding="utf-8") as edl:
        parsed = pycmx.parse_cmx3600(edl)
    events = list(parsed.events)
    assert [event.edits[0].record_in for event in events] == files.labels
    assert [event.edits[0].source_in for event in events] == files.labels


def test_opentimelineio_fcp_xml(files):
    timeline = otio.adapters.read_from_file(files.path("fcp7-xml/comments.xml"), adapter_name="fcp_xml")
    assert timeline.global_start_time.value == files.start
    ranges = [marker.marked_range for marker in timeline.tracks.markers]
    assert [range.start_time.value for range in ranges] == files.frames
    # A point has no length in this format.
    assert [max(range.duration.value, 1) for range in ranges] == files.lengths
    assert all(range.start_time.rate == pytest.approx(float(files.rate)) for range in ranges)


def test_opentimelineio_fcpx(files):
    if files.rate.denominator != 1:
        # The adapter cuts 30000/1001 to 29: `test_fcpxml_times` checks these rates.
        return
    read = otio.adapters.read_from_file(files.path("fcpxml/comments.fcpxml"), adapter_name="fcpx_xml")
    [clip] = read.find_clips()
    ranges = [marker.marked_range for marker in clip.markers]

    def cut(frames):
        # The adapter cuts a quotient of floats, which may be just below the frame.
        rate = float(files.rate)
        return int(float(frames) / rate * rate)

    starts = [range.start_time.value for range in ranges]
    assert starts == [cut(files.start + frame) for frame in files.frames]
    assert [range.duration.value for range in ranges] == [cut(length) for length in files.lengths]


def test_fcpxml_times(files):
    def frames(text):
        frame = Fraction(text.removesuffix("s")) * files.rate
        assert frame.denominator == 1, f"{text} is not on an edit frame boundary"
        return int(frame)

    root = ElementTree.parse(files.path("fcpxml/comments.fcpxml")).getroot()
    sequence = root.find(".//sequence")
    assert frames(sequence.get("tcStart")) == files.start
    markers = root.findall(".//asset-clip/marker")
    assert [frames(marker.get("start")) - files.start for marker in markers] == files.frames
    assert [frames(marker.get("duration")) for marker in markers] == files.lengths
    done = ["1" if marker["completed"] else "0" for marker in files.markers]
    assert [marker.get("completed") for marker in markers] == done


def test_avid(files):
    with open(files.path("avid-txt/comments.txt"), encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {len(row) for row in rows} == {8}
    assert [row[1] for row in rows] == files.labels
    assert [int(row[5]) for row in rows] == files.lengths
    root = ElementTree.parse(files.path("avid-xml/comments.xml")).getroot()
    values = {}
    for item in root.iter("ListElem"):
        properties = {property.get("name"): property.text for property in item}
        if properties:
            value = properties.get("OMFI:ATTB:StringAttribute") or properties.get("OMFI:ATTB:IntAttribute")
            values.setdefault(properties["OMFI:ATTB:Name"], []).append(value)
    assert values["_ATN_CRM_TC"] == files.labels
    assert [int(length) for length in values["_ATN_CRM_LENGTH"]] == files.lengths


def test_pysubs2(files):
    subtitles = pysubs2.load(files.path("srt/comments.srt"))
    assert [files.frame_of_millis(cue.start) for cue in subtitles] == files.frames
    for cue, marker in zip(subtitles, files.markers, strict=True):
        if marker["length"]:
            assert files.frame_of_millis(cue.end) == marker["frame"] + marker["length"]
    assert "{\\b1}" not in subtitles[2].text


def millis(text):
    hours, minutes, seconds = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + int(seconds.replace(".", ""))


def test_webvtt(files):
    captions = webvtt.read(files.path("vtt/comments.vtt")).captions
    assert [files.frame_of_millis(millis(caption.start)) for caption in captions] == files.frames
    assert [caption.identifier for caption in captions] == [marker["id"] for marker in files.markers]
    assert captions[1].voice == "Ana Roth"


def ffmpeg(*arguments):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_ffmpeg_chapters(files):
    path = files.path("chapters/comments.ffmetadata")
    text = ffmpeg("-f", "ffmetadata", "-i", path, "-f", "ffmetadata", "-")
    bases = {Fraction(base) for base in re.findall(r"^TIMEBASE=(.*)$", text, re.MULTILINE)}
    assert bases == {1 / files.rate}
    assert [int(start) for start in re.findall(r"^START=(.*)$", text, re.MULTILINE)] == files.frames
    assert text.count("\ntitle=") == len(files.frames) + 1


@pytest.mark.parametrize("name", ["srt/comments.srt", "vtt/comments.vtt"])
def test_ffmpeg_subtitles(files, name):
    text = ffmpeg("-i", files.path(name), "-f", "webvtt", "-")
    starts = re.findall(r"^([\d:.]+) --> [\d:.]+$", text, re.MULTILINE)
    full = [start if start.count(":") == 2 else f"00:{start}" for start in starts]
    assert [files.frame_of_millis(millis(start)) for start in full] == files.frames


@pytest.mark.parametrize(
    "name", ["avid-xml/comments.xml", "fcp7-xml/comments.xml", "fcpxml/comments.fcpxml", "html/comments.html"]
)
def test_xmllint(files, name):
    command = ["xmllint", "--nonet", "--noout", files.path(name)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_tables(files):
    with open(files.path("csv/comments.csv"), encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [int(row["frame"]) for row in rows] == files.frames
    assert [row["timecode_in"] for row in rows] == files.labels
    with open(files.path("frameio-csv/comments.csv"), encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["Timecode Source In"] for row in rows] == files.labels
    with open(files.path("premiere-csv/comments.csv"), encoding="utf-16", newline="") as text:
        rows = list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
    separator = ";" if files.drop_frame else ":"
    assert [row["In"] for row in rows] == [re.sub("[:;]", separator, label) for label in files.labels]
    with open(files.path("fiojson/comments.fiojson"), encoding="utf-8") as text:
        comments = json.load(text)["comments"]
    assert [comment["frame"] for comment in comments] == files.frames
