"""Executors are found by their file."""

import pytest

from services.executors.domain import Kind, Stage, Unavailable
from services.executors.registry import applicable, executors, find


def test_every_engine_is_there() -> None:
    assert list(executors()) == ["dns", "http", "nmap", "ports", "tls"]


def test_applicable_executors_are_those_of_stage_and_kind() -> None:
    assert {executor.name for executor in applicable(Kind.URL, Stage.ASSESSMENT)} == {"http", "tls"}
    assert {executor.name for executor in applicable(Kind.CIDR, Stage.DISCOVERY)} - {"nmap"} == {"ports"}
    assert {executor.name for executor in applicable(Kind.HOST, Stage.DISCOVERY)} - {"nmap"} == {"dns", "ports"}


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(Unavailable, match="dns, http, nmap, ports, tls"):
        find("nothing")
