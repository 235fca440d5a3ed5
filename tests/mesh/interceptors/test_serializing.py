"""Records of watches: each made into bytes once."""

from google.protobuf.message import Message
from xorb.core.v1 import finding_pb2

from services.mesh.interceptors.serializing import SharedSerializer, is_watch
from services.mesh.policies import methods


def _record(text: str) -> finding_pb2.WatchFindingsResponse:
    return finding_pb2.WatchFindingsResponse(resume_token=text)


def test_one_record_has_one_copy_of_its_bytes() -> None:
    made: list[Message] = []

    def serialize(message: Message) -> bytes:
        made.append(message)
        return message.SerializeToString()

    serializer = SharedSerializer(serialize)
    record = _record("a")
    assert all(serializer(record) is serializer(record) for _ in range(1000))
    assert made == [record]
    assert serializer(record) == record.SerializeToString()


def test_another_record_has_its_own_bytes_wherever_it_lies() -> None:
    serializer = SharedSerializer(lambda message: message.SerializeToString())
    for number in range(200):
        record = _record(str(number))
        assert serializer(record) == record.SerializeToString()
        # What comes next would get its place in memory.
        del record


def test_long_records_are_not_kept() -> None:
    serializer = SharedSerializer(lambda message: message.SerializeToString())
    record = _record("x" * 100_000)
    assert serializer(record) is not serializer(record)


def test_what_is_a_watch() -> None:
    watches = {path for path, method in methods().items() if is_watch(method.descriptor)}
    assert "/xorb.core.v1.FindingsService/WatchFindings" in watches
    assert watches == {path for path in methods() if "/Watch" in path}
