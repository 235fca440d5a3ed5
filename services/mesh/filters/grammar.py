"""The grammar of AIP-160 (https://google.aip.dev/assets/misc/ebnf-filtering.txt), for LALR(1).

OR binds closer than AND. What differs from the EBNF: a restriction's left side is one dotted name, its right side one
value, in which colons may stand unquoted, so that times and addresses need no quotation marks. Functions, composite
values and text without a field are read here, to be refused with a word of explanation.
"""

from lark import Lark

_GRAMMAR = r"""
    ?start: expression
    expression: sequence (_AND sequence)*
    sequence: factor+
    factor: term (_OR term)*
    ?term: (NOT | MINUS) simple -> negation
         | simple
    ?simple: LPAR expression RPAR -> group
           | MEMBER COMPARATOR value -> restriction
           | (MEMBER | STRING) -> alone
           | FUNCTION -> function
    ?value: ARGUMENT -> argument
          | STRING -> string
          | FUNCTION -> function

    _AND: /AND\b/
    _OR: /OR\b/
    NOT: /NOT\b/
    MINUS: "-"
    LPAR: "("
    RPAR: ")"
    COMPARATOR: /<=|>=|!=|<|>|=|:/
    MEMBER: /(?!(?:AND|OR|NOT)\b)[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/
    FUNCTION.2: /(?!(?:AND|OR|NOT)\b)[A-Za-z_][A-Za-z0-9_.]*\(/
    ARGUMENT: /(?!(?:AND|OR|NOT)(?![^\s()"',<>=!]))[^\s()"',<>=!]+/
    STRING: /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/s
    %ignore /\s+/
"""

PARSER = Lark(_GRAMMAR, parser="lalr", lexer="contextual")
