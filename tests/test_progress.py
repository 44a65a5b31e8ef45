from bench.progress import described


def test_a_training_line_takes_the_time_left_from_the_run_which_knows_where_it_began():
    message = {"phase": "train", "step": 40, "total": 310, "loss": 0.416, "tokens_per_second": 5900.2}
    assert described(message | {"seconds_left": 12.4}, 1.0) == "train 40/310  loss 0.42  5,900 tok/s  12 s left"


def test_without_it_the_time_left_follows_from_the_steps_so_far():
    assert described({"phase": "generate", "step": 10, "total": 30}, 5.0) == "generate 10/30  10 s left"


def test_a_phase_without_steps_is_named_alone():
    assert described({"phase": "score"}, 5.0) == "score"
