"""What is only worked out when somebody looks at it, and then once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


class Once(Generic[T]):
    """Work that is done when somebody asks for it the first time; then what came of it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Callable[[], T] | None = work
        self._done: T | None = None

    def __call__(self) -> T:
        """Return what comes of it."""
        if self._work is not None:
            self._done, self._work = self._work(), None
        return self._done  # type: ignore[return-value]


class Later(Sequence[V]):
    """A sequence that is worked out when it is first looked at."""

    def __init__(self, work: Callable[[], Sequence[V]]) -> None:
        self._all = Once(work)

    @overload
    def __getitem__(self, at: int) -> V: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[V]: ...

    def __getitem__(self, at: int | slice) -> V | Sequence[V]:
        return self._all()[at]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[V]:
        return iter(self._all())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self._all())


class LaterMapping(Mapping[K, V]):
    """A mapping that is worked out when it is first looked at."""

    def __init__(self, work: Callable[[], Mapping[K, V]]) -> None:
        self._all = Once(work)

    def __getitem__(self, key: K) -> V:
        return self._all()[key]

    def get(self, key: K, default: Any = None) -> Any:  # noqa: ANN401 - as a dict has it
        """Return a key's value, as a dict does and as quickly."""
        return self._all().get(key, default)

    def __contains__(self, key: object) -> bool:
        return key in self._all()

    def __iter__(self) -> Iterator[K]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())
