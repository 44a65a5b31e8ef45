from bench.synthesis.dedup import Copy, copies

ANSWER = "Maren keeps the lamp of the lighthouse at Hollow Point and trims it every night."


def test_the_same_pair_twice_is_one_copy():
    assert copies([("Who keeps the lamp?", ANSWER)] * 2) == [Copy(0, 1, 1.0)]


def test_a_changed_word_in_question_and_answer_is_a_copy():
    found = copies([("Who keeps the lamp there?", ANSWER), ("Who keeps the lamp?", ANSWER.replace("night", "day"))])
    assert [(copy.first, copy.second) for copy in found] == [(0, 1)]


def test_one_template_about_two_people_is_no_copy():
    other = "Tobias mends boats in the harbour, and he sells rope to sailors."
    assert copies([("What part does Maren play here?", ANSWER), ("What part does Tobias play here?", other)]) == []


def test_another_question_with_the_same_answer_is_no_copy():
    assert copies([("Who keeps the lamp?", ANSWER), ("Describe the duties at Hollow Point.", ANSWER)]) == []


def test_a_third_copy_names_the_first_and_not_the_second():
    assert [copy.first for copy in copies([("Who?", ANSWER)] * 3)] == [0, 0]


def test_answers_without_a_latin_letter_are_compared_by_characters():
    one, other = ("谁看守灯塔?", "玛伦看守灯塔。"), ("谁看守灯塔?", "托比亚斯在港口修船。")
    assert [copy.second for copy in copies([one, one, other])] == [1]


def test_equal_answers_to_other_questions_in_chinese_are_no_copies():
    assert copies([("谁看守灯塔?", "玛伦。"), ("船长在哪里?", "玛伦。")]) == []


def test_nothing_has_no_copies():
    assert copies([]) == []
