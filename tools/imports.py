"""A kind of contract that import-linter lacks: modules that may import a few things and nothing else."""

import sys
from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain import helpers


class OnlyContract(Contract):
    """The modules import the standard library, each other, the allowed modules and nothing else.

    Options:
        modules: The modules that are restricted; wildcards are expressions of import-linter.
        allowed_modules: What they may import besides the standard library, submodules included.
    """

    type_name = "only"

    modules = fields.ListField(subfield=fields.ModuleExpressionField())
    allowed_modules = fields.ListField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Returns the breaches, each as importer and imported module, in the check's metadata."""
        expressions: Any = self.modules
        found = helpers.module_expressions_to_modules(graph=graph, expressions=expressions, as_packages=False)
        names = {module.name for module in found}
        breaches = [
            (name, imported)
            for name in sorted(names)
            for imported in sorted(graph.find_modules_directly_imported_by(name) - names)
            if not self._allows(imported)
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Prints one line for each breach."""
        for importer, imported in check.metadata["breaches"]:
            output.print_error(f"{importer} imports {imported}", bold=False)

    def _allows(self, module: str) -> bool:
        allowed: Any = self.allowed_modules
        prefixes = [one for one in allowed if module == one or module.startswith(f"{one}.")]
        return bool(prefixes) or module.partition(".")[0] in sys.stdlib_module_names
