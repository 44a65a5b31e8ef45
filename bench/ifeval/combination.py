"""Two different responses in one, and a response that repeats the request first."""

from bench.ifeval.instruction import Instruction


def two_responses(response: str) -> bool:
    """Two unlike texts with ****** between them; the divider may also stand at either end."""
    pieces = [piece.strip() for piece in response.split("******")]
    filled = [piece for piece in pieces if piece]
    return all(pieces[1:-1]) and len(filled) == 2 and filled[0] != filled[1]


def repeat_prompt(response: str, prompt_to_repeat: str) -> bool:
    return response.strip().lower().startswith(prompt_to_repeat.strip().lower())


INSTRUCTIONS = {
    "combination:two_responses": Instruction(two_responses),
    "combination:repeat_prompt": Instruction(repeat_prompt, {"prompt_to_repeat": "text"}),
}
