"""General text that no model of ours was trained on: what forgetting is measured on.

The documents come from the part of the corpus that pretraining holds out, less those that also stand in the rest.
"""

from itertools import islice

from bench import catalog
from bench.corpus.documents import documents
from bench.corpus.recipe import load_recipe

COUNT = 96


def build() -> list[dict[str, str]]:
    """Rows of id and text; the same ones on every machine."""
    corpus = load_recipe(catalog.FIXTURES / "models" / "tiny-gpt2.toml").corpus
    texts = documents(corpus.seed, corpus.documents, corpus.mix)
    held = list(islice(texts, corpus.documents // 100))
    trained = set(texts)
    kept = [text for text in dict.fromkeys(held) if text not in trained and len(text.split()) >= 8]
    return [{"id": f"held-out-{number:03d}", "text": text} for number, text in enumerate(kept[:COUNT], start=1)]
