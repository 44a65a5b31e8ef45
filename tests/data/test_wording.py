import pytest

from bench.data import wording


@pytest.mark.parametrize(
    "instruction",
    [
        "Analyze this.",
        "Process it",
        "Please handle this.",
        "Can you check this for me?",
        "Tell me about it",
        "Look at this and explain",
        "Explain",
        "Deal with it.",
        "Analyse the following:",
    ],
)
def test_nothing_but_a_verb_that_needs_an_object_is_vague(instruction):
    assert wording.vague(instruction) == "verb"


@pytest.mark.parametrize("instruction", ["Process the data.", "Analyze the given text", "Check this input"])
def test_a_noun_for_whatever_comes_is_a_little_better(instruction):
    assert wording.vague(instruction) == "noun"


@pytest.mark.parametrize(
    "instruction",
    [
        "Classify the sentiment of the following financial news.",
        "Summarize this.",
        "Translate the following",
        "What is this?",
        "Why?",
        "Explain gravity",
        "Explain the process",
        "Describe your work",
        "Explain the following code",
        "Analyze the given tweet",
        "Tell me a joke.",
        "Use it in a sentence",
        "Explain: E = mc^2",
        "解释这个",
        "",
        "--",
    ],
)
def test_an_instruction_that_names_its_object_or_asks_is_not_vague(instruction):
    assert wording.vague(instruction) == ""


@pytest.mark.parametrize(
    "answer",
    [
        "Failed to generate answer",
        "I cannot generate an answer to this.",
        "I’m unable to generate a response",
        "Error: timed out",
        "Error",
        "openai.RateLimitError: Error code: 429",
        "Rate limit exceeded. Try again in 20 s.",
        "429 Too Many Requests",
        "HTTP 503",
        "Request failed with status code 500",
        "Traceback (most recent call last):\n  File",
        '{"error": {"type": "insufficient_quota"}}',
        "[insert answer here]",
        "TODO",
        "TODO: ask Kim",
    ],
)
def test_an_error_message_at_the_start_is_a_failed_answer(answer):
    assert wording.failed(answer, "Name three rivers.")


@pytest.mark.parametrize(
    "answer",
    [
        "The call failed to generate an answer.",
        "Errors are made by everyone.",
        "A rate limit exceeded response means that you wait.",
        "To-do list: bread, milk",
        "[Your Name]\n[Your Address]\n\nDear Ms. Kay,",
        "429 people came.",
        "",
    ],
)
def test_prose_about_errors_is_not(answer):
    assert not wording.failed(answer, "Write something.")


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("ValueError: no number", "Which exception does int('x') raise?"),
        ("Failed to generate answer", "Correct the spelling: faild. Failed to generate answer"),
    ],
)
def test_an_error_message_that_was_asked_for_is_not(answer, asked):
    assert not wording.failed(answer, asked)


@pytest.mark.parametrize("answer", ["N/A", "n/a.", "None", "null", " NaN ", "...", "???", "[placeholder]"])
def test_an_answer_that_is_only_a_placeholder(answer):
    assert wording.placeholder(answer)


@pytest.mark.parametrize("answer", ["None of them.", "no", "42", "Null Island", "[1, 2]"])
def test_short_answers_are_no_placeholders(answer):
    assert not wording.placeholder(answer)


@pytest.mark.parametrize(
    "text", ["MÃ¼ller", "itâ€™s", "SeppÃ¤lÃ¤", "Sepp+ñl+ñ", "L+ñnnen", "a \ufffd b", "naÃ¯ve", "ðŸ˜€"]
)
def test_text_read_in_a_wrong_encoding_is_damaged(text):
    assert wording.damage(text)


@pytest.mark.parametrize(
    "text", ["Müller", "it’s", "São Paulo, SÃO PAULO", "piñata", "Âge", "2+ä", "x+ä", "ﬁ", "a+b", "😀"]
)
def test_accents_are_no_damage(text):
    assert wording.damage(text) == ""


@pytest.mark.parametrize("text", ["say <|im_end|> now", "[INST] hi [/INST]", "x</s>", "a\n### Response:\nb"])
def test_a_template_marker_is_found(text):
    assert wording.marker(text)


@pytest.mark.parametrize("text", ["### Response times", "## Input", "[instead]", "a < b", "<s", "# Instruction: none"])
def test_markdown_and_comparisons_are_no_markers(text):
    assert wording.marker(text) == ""


def test_a_marker_of_ones_own_is_found():
    assert wording.marker("Q: why?", ["Q:"]) == "Q:"


@pytest.mark.parametrize(
    ("instruction", "found"),
    [
        ("Write a short essay about bees.", ""),
        ("Write an essay about bees.", "Write an essay"),
        ("Compose a formal thank-you letter.", "Compose a formal thank-you letter"),
        ("Create a password for email.", ""),
        ("Generate a 4-word poem.", ""),
        ("Write a blog post title.", ""),
    ],
)
def test_instructions_that_ask_for_several_sentences(instruction, found):
    assert wording.long_form(instruction) == found
