"""Reads the YAML documents of a rule file, whoever wrote it."""

from collections.abc import Mapping

import yaml

from services.intelligence.detection.sigma.parsing.refusals import Refused

MAXIMUM = 1 << 20
"""Characters of a file; the longest rule of SigmaHQ, of driver hashes, has 300,000."""
DOCUMENTS = 256
DEPTH = 64

Document = Mapping[str, object]


def read(text: str) -> list[Document]:
    """The documents of a file; raises `Refused`.

    Aliases are refused: nobody uses them in rules, and a few lines of them expand to any size.
    """
    if len(text) > MAXIMUM:
        raise Refused(f"the file has {len(text)} characters, more than {MAXIMUM}")
    try:
        _refuse_bombs(text)
        documents = list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError) as error:
        raise Refused(f"not YAML: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise Refused("nested too deep") from None
    if len(documents) > DOCUMENTS:
        raise Refused(f"the file has {len(documents)} documents, more than {DOCUMENTS}")
    return [_mapping(document) for document in documents if document is not None]


def _refuse_bombs(text: str) -> None:
    """Look at the events one by one where the text may hold an alias or nest; stop at the first that is too much."""
    if "&" not in text and text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Refused("YAML aliases (`*name`) are not taken in rules")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise Refused("nested too deep")


def _mapping(document: object) -> Document:
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise Refused("a document that isn't a mapping with names for keys")
    return document
