"""The written world of the embedded default: facts, pretraining documents, two instruction datasets."""
