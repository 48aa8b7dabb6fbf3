"""What the others did not do; it is last by its name."""

import re

from checked import methods


def test_every_method_was_called(sdk):
    assert set(methods()) - sdk.called == set()


def test_every_stable_operation_of_the_simulator_was_asked(sdk, sim):
    asked = set(sdk.recorder.requests)
    missing = []
    for operation in sim.operations:
        if operation["api_version"]:
            continue
        path = re.compile(re.sub(r"\{\w+\}", "[^/]+", operation["path"]))
        if not any(m == operation["method"] and path.fullmatch(p) for m, p in asked):
            missing.append(operation["id"])
    assert missing == []
