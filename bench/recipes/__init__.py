"""The lectures' training recipes in three forms each, and what is wrong with a recipe, said before it runs."""
