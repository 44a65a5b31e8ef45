"""What a function gave for texts that come again and again, such as words; what a property was at the first look."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")
Found = TypeVar("Found", covariant=True)


class Remembered(dict[str, T]):
    """Looked up in half the time of `lru_cache`, hence for words by the million; all is forgotten at `most` texts."""

    def __init__(self, function: Callable[[str], T], most: int) -> None:
        super().__init__()
        self.function, self.most = function, most

    def __missing__(self, text: str) -> T:
        if len(self) >= self.most:
            self.clear()
        found = self[text] = self.function(text)
        return found


class once(Generic[Found]):  # noqa: N801 - read as a word before a method, as `property` is
    """A property that is found at the first look; `functools.cached_property` takes a lock for that until Python 3.12,
    which takes longer than most of what is found out about a text."""

    def __init__(self, find: Callable[[Any], Found]) -> None:
        self.find, self.__doc__ = find, find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Found: ...

    def __get__(self, instance: object | None, owner: type) -> Self | Found:
        if instance is None:
            return self
        found = instance.__dict__[self.name] = self.find(instance)
        return found
