"""Base models that lie in the repository: `tiny-gpt2` is the folder fixtures/models/tiny-gpt2."""

from bench import catalog
from bench.models import ModelSource, check_folder


def open(argument: str) -> ModelSource:
    """Raises UserError with the nearest name when there is no such model, or when its folder is not whole."""
    if argument not in catalog.fixture_models():
        raise catalog.unknown("model", argument)
    folder = catalog.FIXTURES / "models" / argument
    check_folder(folder, argument)
    return ModelSource(argument, folder)
