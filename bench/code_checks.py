"""Checks on answers that are code: does it parse, is it JSON, is it the function that was asked for. Nothing runs."""

import ast
import builtins
import re

from bench.arguments import parsed
from bench.ifeval.detectable_format import is_json

FENCED = re.compile(r"```[a-zA-Z0-9]*\n(.*?)(?:```|\Z)", re.DOTALL)
# What prose that happens to parse ("Paris", "yes or no", "well-known") does not hold.
CODE = (ast.Call, ast.List, ast.Dict, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def code_of(answer: str) -> str:
    """The first fenced block, or the whole answer."""
    fenced = FENCED.search(answer)
    return fenced.group(1) if fenced else answer


def json(answer: str) -> bool:
    """The fenced block, or the whole answer, is JSON of any kind."""
    return is_json(code_of(answer).strip())


def python(answer: str) -> bool:
    """The fenced block parses; without a fence, the whole answer parses and is more than words."""
    tree = parsed(code_of(answer))
    if tree is None or not tree.body:
        return False
    return FENCED.search(answer) is not None or is_code(tree)


def is_code(tree: ast.Module) -> bool:
    statements = any(not isinstance(statement, ast.Expr) for statement in tree.body)
    return statements or any(isinstance(node, CODE) for node in ast.walk(tree))


def python_function(answer: str, name: str, returns: str) -> bool:
    """The answer defines just this function, whose one return is this expression."""
    tree = parsed(code_of(answer))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)] if tree else []
    return [f.name for f in functions] == [name] and computes(functions[0], ast.parse(returns, mode="eval").body)


def computes(function: ast.FunctionDef, expression: ast.expr) -> bool:
    last = function.body[-1]
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    parameters = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    # A parameter that is overwritten first would make the right expression return something else.
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    if returns != [last] or parameters != free_names(expression) or parameters & (stored - targets(expression)):
        return False
    return isinstance(last, ast.Return) and last.value is not None and ast.dump(last.value) == ast.dump(expression)


def free_names(expression: ast.expr) -> set[str]:
    """What the expression must be given: its names, less builtins and its own loop variables."""
    used = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    return {name for name in used - targets(expression) if not hasattr(builtins, name)}


def targets(expression: ast.expr) -> set[str]:
    names = (node for node in ast.walk(expression) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}
