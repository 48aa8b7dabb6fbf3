"""Elements and attributes of FCPXML, by rules of our own: Apple's document types are not free to include."""

import subprocess
from pathlib import Path

import pytest

RULES = Path(__file__).with_name("fcpxml.rng")
GOLDEN = Path(__file__).parents[2] / "crates/frameio-markers/tests/golden"
SAMPLES = sorted(GOLDEN.glob("*.fcpxml"))


def validate(document):
    command = ["xmllint", "--nonet", "--noout", "--relaxng", RULES, "-"]
    done = subprocess.run(command, input=document, capture_output=True, timeout=60, check=False)
    return done.returncode, done.stderr.decode()


def test_fcpxml_follows_the_rules(files):
    with open(files.path("fcpxml/comments.fcpxml"), "rb") as document:
        status, errors = validate(document.read())
    assert status == 0, errors


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_golden_fcpxml_follows_the_rules(sample):
    status, errors = validate(sample.read_bytes())
    assert status == 0, errors


@pytest.mark.parametrize(
    ("correct", "wrong"),
    [
        ('version="1.10"', 'version="1.1"'),
        ("<spine>", "<spine><marker start='0s' value='x'/>"),
        (' completed="0"', ' completed="no"'),
        (' completed="0"', ' color="red"'),
        ("107999892/30000s", "107999892/30000"),
        ('format="r1"', 'format="r7"'),
        ('tcFormat="DF"', 'tcFormat="drop"'),
        ("</gap>", "<note>late</note></gap>"),
    ],
)
def test_the_rules_refuse_mistakes(correct, wrong):
    text = (GOLDEN / "comments-1.10.fcpxml").read_text(encoding="utf-8")
    changed = text.replace(correct, wrong, 1)
    assert changed != text
    status, _ = validate(changed.encode())
    assert status != 0
