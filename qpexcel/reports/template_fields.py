"""What the placeholders of a template mean, by the types of the facts: unknown names, lists printed whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from jinja2 import nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from rapidfuzz.process import extractOne

from qpexcel.reports.chart import BarChart
from qpexcel.reports.drawings import Picture

_NEAR = 60  # of 100: how alike a name must be to be suggested
_MOST_FIELDS = 12  # that are listed
_DRAWN = (BarChart, Picture)
_PLAIN = (str, int, float, bool)
_SAME = {"sort", "list", "reverse", "unique", "select", "reject", "selectattr", "rejectattr"}  # a list again
_ONE = {"first", "last", "random", "min", "max"}
_TOLD = {"default", "d"}  # filters, and below tests, by which a template itself says what if there is none
_TELLING = {"defined", "undefined"}
ANY = Any  # a value of which nothing is known
Kind = Any  # what an expression is: a type of the facts

Scope = dict[str, Kind]
# A fault: its finding's code, the value it is about, its words, and the line of the source.
Fault = tuple[str, str, dict[str, str], int]


class Resolver:
    """Walks a template's syntax tree and collects what is wrong in `faults`."""

    def __init__(self, kind: type, filters: set[str], tests: set[str]) -> None:
        self._root = kind
        self._filters = filters
        self._tests = tests
        self.faults: list[Fault] = []

    def check(self, template: nodes.Template) -> list[Fault]:
        """Return the faults of a template, in the order of its tags."""
        self._visit(template, {"self": ANY, **dict.fromkeys(DEFAULT_NAMESPACE, ANY)})
        return sorted(self.faults, key=lambda fault: fault[3])

    def _visit(self, node: nodes.Node, scope: Scope) -> None:
        """Look at a statement and what stands in it."""
        if isinstance(node, nodes.Expr):
            self._type(node, scope)
        elif (visit := getattr(self, f"_visit_{type(node).__name__.lower()}", None)) is not None:
            visit(node, scope)
        else:
            self._visit_all(node.iter_child_nodes(), scope)

    def _visit_all(self, some: Iterator[nodes.Node] | list[nodes.Node], scope: Scope) -> None:
        for node in some:
            self._visit(node, scope)

    def _visit_output(self, node: nodes.Output, scope: Scope) -> None:
        for one in node.nodes:
            kind = self._type(one, scope)
            if not isinstance(one, nodes.TemplateData) and kind not in _DRAWN:
                self._whole(kind, one)

    def _visit_for(self, node: nodes.For, scope: Scope) -> None:
        kind = self._type(node.iter, scope)
        if _has_fields(kind) or kind in _PLAIN:
            self._fault("REP005", _words_of(node.iter), node, case="no_list")
        inner = scope | {"loop": ANY} | _bound(node.target, _element(kind))
        self._visit_all([*([node.test] if node.test else []), *node.body], inner)
        self._visit_all(node.else_, scope)

    def _visit_assign(self, node: nodes.Assign, scope: Scope) -> None:
        self._type(node.node, scope)
        scope.update(_bound(node.target, ANY))

    def _visit_assignblock(self, node: nodes.AssignBlock, scope: Scope) -> None:
        self._visit_all(node.body, dict(scope))
        scope.update(_bound(node.target, ANY))

    def _visit_with(self, node: nodes.With, scope: Scope) -> None:
        inner = dict(scope)
        for target, value in zip(node.targets, node.values, strict=True):
            self._type(value, scope)
            inner |= _bound(target, ANY)
        self._visit_all(node.body, inner)

    def _visit_macro(self, node: nodes.Macro, scope: Scope) -> None:
        scope[node.name] = ANY
        self._visit_callblock(node, scope)

    def _visit_callblock(self, node: nodes.Macro | nodes.CallBlock, scope: Scope) -> None:
        if isinstance(node, nodes.CallBlock):
            self._type(node.call, scope)
        named = [arg.name for arg in node.args] + ["caller", "varargs", "kwargs"]
        self._visit_all([*node.defaults, *node.body], scope | dict.fromkeys(named, ANY))

    def _type(self, node: nodes.Node, scope: Scope) -> Kind:
        """Return what an expression is: a type of the facts, or ANY."""
        find = getattr(self, f"_type_{type(node).__name__.lower()}", None)
        if find is not None:
            return find(node, scope)
        self._visit_all(node.iter_child_nodes(), scope)
        return type(node.value) if isinstance(node, nodes.Const) else ANY

    def _type_name(self, node: nodes.Name, scope: Scope) -> Kind:
        if node.name in scope:
            return scope[node.name]
        known = _types(self._root)
        if node.name in known:
            return known[node.name]
        own = [name for name, kind in scope.items() if name not in DEFAULT_NAMESPACE and name != "self"]
        self._unknown(node.name, [*known, *own], node)
        return ANY

    def _type_getattr(self, node: nodes.Getattr, scope: Scope) -> Kind:
        return self._attribute(node, self._type(node.node, scope), node.attr)

    def _type_getitem(self, node: nodes.Getitem, scope: Scope) -> Kind:
        kind = self._type(node.node, scope)
        self._visit(node.arg, scope)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._attribute(node, kind, node.arg.value)
        return kind if isinstance(node.arg, nodes.Slice) else _element(kind)

    def _type_filter(self, node: nodes.Filter, scope: Scope) -> Kind:
        if node.name not in self._filters:
            self._fault("REP005", node.name, node, case="filter")
        self._visit_all([*node.args, *node.kwargs], scope)
        if node.node is None or node.name in _TOLD:
            return ANY
        kind = self._type(node.node, scope)
        return _element(kind) if node.name in _ONE else kind if node.name in _SAME else ANY

    def _type_test(self, node: nodes.Test, scope: Scope) -> Kind:
        if node.name not in self._tests:
            self._fault("REP005", node.name, node)
        self._visit_all([*node.args, *node.kwargs], scope)
        if node.name not in _TELLING:
            self._type(node.node, scope)
        return bool

    def _type_or(self, node: nodes.Or, scope: Scope) -> Kind:
        left, _ = self._type(node.left, scope), self._type(node.right, scope)
        return left

    def _attribute(self, node: nodes.Getattr | nodes.Getitem, kind: Kind, name: str) -> Kind:
        if kind is ANY:
            return ANY
        if name.startswith("_"):
            self._fault("REP005", name, node)
        elif _has_fields(kind):
            known = _types(kind)
            if name in known:
                return known[name]
            if not hasattr(kind, name):
                self._unknown(name, list(known), node)
        elif not hasattr(get_origin(kind) or kind, name):
            if _is_list(kind):
                of = _words_of(node.node)
                self._fault("REP016", f"{of}.{name}", node, case="inside", of=of)
            else:
                self._fault("REP004", name, node, case="plain", of=_words_of(node.node))
        return ANY

    def _whole(self, kind: Kind, node: nodes.Node) -> None:
        """REP016: a list or an entry of one where a text is wanted."""
        inner, value = _element(kind), _words_of(node)
        if _has_fields(kind):
            self._fault("REP016", value, node, case="one", fields=_listed(list(_types(kind))))
        elif _is_list(kind) and _has_fields(inner):
            self._fault("REP016", value, node, fields=_listed(list(_types(inner))))
        elif _is_list(kind):
            self._fault("REP016", value, node, case="texts")

    def _unknown(self, name: str, known: list[str], node: nodes.Node) -> None:
        near = extractOne(name, known, score_cutoff=_NEAR)
        if near:
            self._fault("REP004", name, node, near=near[0])
        else:
            self._fault("REP004", name, node, case="far", fields=_listed(known))

    def _fault(self, code: str, value: str, node: nodes.Node, **words: str) -> None:
        self.faults.append((code, value, words, node.lineno))


def _is_list(kind: Kind) -> bool:
    origin: object = get_origin(kind)
    return origin is tuple


def _has_fields(kind: Kind) -> bool:
    return is_dataclass(kind)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_MOST_FIELDS]) + ("…" if len(names) > _MOST_FIELDS else "")


def _bound(target: nodes.Node, kind: Kind) -> Scope:
    """Return the names that a loop or an assignment gives, with what they are."""
    if isinstance(target, nodes.Name):
        return {target.name: kind}
    return {name.name: ANY for name in target.find_all(nodes.Name)}


def _element(kind: Kind) -> Kind:
    """Return what a list holds."""
    return _plain(get_args(kind)[0]) if _is_list(kind) else str if kind is str else ANY


def _plain(kind: Kind) -> Kind:
    """Return a type without its None; ANY for what may be several."""
    if _is_list(kind) or isinstance(kind, type):
        return kind
    some = [one for one in get_args(kind) if one is not NoneType]
    return some[0] if len(some) == 1 else ANY


@cache
def _types(kind: type) -> dict[str, Kind]:
    """Return the fields of a dataclass with their types."""
    hints = get_type_hints(kind)
    return {field.name: _plain(hints[field.name]) for field in fields(kind)}


def _words_of(node: nodes.Node) -> str:
    """Return an expression as it was written, as far as it is names and numbers: figures[0].label."""
    if isinstance(node, nodes.Getattr):
        return f"{_words_of(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_words_of(node.node)}[{node.arg.value!r}]"
    if isinstance(node, nodes.Filter) and node.node is not None:
        return f"{_words_of(node.node)} | {node.name}"
    return node.name if isinstance(node, nodes.Name) else "…"
