"""How much the outputs differ: distinct-2 (arXiv 1510.03055), outputs said once, Self-BLEU (arXiv 1802.01886).

Distinct-n falls with the amount of text, so it is given for 1,000 bigrams: the number of different ones to be
expected among as many drawn without replacement, exactly (rarefaction, Hurlbert 1971), and not from a sample.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import exp, lgamma, sqrt

from bench import checks
from bench.behaviour import answer_of, tokens
from bench.record import Output, Score
from bench.stats.intervals import Z
from bench.stats.scores import SHARE, mean, rate

HIGHER_IS_BETTER = {"distinct_2": True, "unique_outputs": True, "self_bleu": False}
UNIT = {"distinct_2": "rate", "unique_outputs": "rate", "self_bleu": "score"}
FLOORS = ()
READS = ("template", "raw", "samples")

BIGRAMS = 1000
"""Bigrams for which distinct-2 is given."""
GROUPS = 20
"""Groups of outputs that are left out in turn for the interval of distinct-2 (jackknife)."""
SAMPLE, LONGEST = 100, 400
"""Outputs compared for Self-BLEU, on either side, and the words that are read of each."""
TOO_FEW = "fewer than two outputs with {}"

Texts = Sequence[tuple[str, Sequence[str]]]
"""(example id, words) pairs."""
Pair = tuple[str, str]
"""Two words that follow each other."""


def score(outputs: Sequence[Output], argument: str = "") -> Mapping[str, Score]:
    """Three columns in 0..1 over the outputs that say anything; None with the reason for fewer than two."""
    said = [(output.example_id, answer_of(output)) for output in outputs]
    texts = [(example_id, tokens(text)) for example_id, text in said if text]
    return {
        "distinct_2": distinct(texts, len(outputs)),
        "unique_outputs": unique([pair for pair in said if pair[1]], len(outputs)),
        "self_bleu": self_bleu(texts, len(outputs)),
    }


def too_few(signature: str, n: int, what: str = "text") -> Score:
    return rate([], signature, unscored=n, why=TOO_FEW.format(what) if n else "")


def left_out(kept: int, n: int, why: str) -> str:
    return f"{n - kept} outputs {why}" if kept < n else ""


def distinct(texts: Texts, n: int) -> Score:
    """Different word pairs / all, as for 1,000 pairs; with less text for all there are, which the signature says."""
    long = [words for _, words in texts if len(words) > 1]
    groups = [counted(long[first::GROUPS]) for first in range(min(GROUPS, len(long)))]
    total: Counter[Pair] = Counter()
    for group in groups:
        total.update(group)
    drawn = min(BIGRAMS, total.total())
    signature = f"distinct_2 words lower rarefied:{drawn} jackknife:{GROUPS}"
    if len(long) < 2:
        return too_few(signature, n, "two words")
    said = Counter(total.values())
    value = rarefied(said, drawn)
    half = Z * jackknife([rarefied(without(said, total, group), drawn) for group in groups])
    parts = {"of all pairs": len(total) / total.total()}
    why = "; ".join(note for note in (left_out(len(long), n, "of fewer than two words"), few_pairs(drawn)) if note)
    low, high = max(0.0, value - half), min(1.0, value + half)
    return Score(value, len(long), n - len(long), why, low=low, high=high, signature=signature, parts=parts)


def counted(texts: Sequence[Sequence[str]]) -> Counter[Pair]:
    return Counter(pair for words in texts for pair in pairwise(words))


def few_pairs(drawn: int) -> str:
    return f"only {drawn} word pairs: do not compare with another number of them" if drawn < BIGRAMS else ""


def without(said: Counter[int], total: Counter[Pair], group: Counter[Pair]) -> Counter[int]:
    """How many pairs are said once, twice, ... when the group's are taken away from the total."""
    left = said.copy()
    for pair, times in group.items():
        left[total[pair]] -= 1
        left[total[pair] - times] += 1
    return left


def rarefied(said: Mapping[int, int], drawn: int) -> float:
    """Expected share of different pairs among `drawn` of them, given how many are said once, twice, ..."""
    size = sum(times * pairs for times, pairs in said.items())
    drawn = min(drawn, size)
    return sum(pairs * (1 - missed(size, times, drawn)) for times, pairs in said.items()) / drawn if drawn else 0.0


def missed(size: int, times: int, drawn: int) -> float:
    """Chance that a pair said so many times is not among those drawn: C(size - times, drawn) / C(size, drawn)."""
    rest = size - times
    if rest < drawn:
        return 0.0
    return exp(lgamma(rest + 1) - lgamma(rest - drawn + 1) - lgamma(size + 1) + lgamma(size - drawn + 1))


def jackknife(values: Sequence[float]) -> float:
    """Standard error from the values with one group left out each."""
    n, centre = len(values), sum(values) / len(values)
    return sqrt((n - 1) / n * sum((value - centre) ** 2 for value in values))


def unique(said: Sequence[tuple[str, str]], n: int) -> Score:
    """Share of outputs that no other one equals in words, whatever case, white space and outer punctuation."""
    plain = [(example_id, checks.normalise(text)) for example_id, text in said]
    times = Counter(text for _, text in plain)
    if len(plain) < 2:
        return too_few("unique_outputs normalised", n)
    values = [(example_id, float(times[text] == 1)) for example_id, text in plain]
    parts = {"different": len(times) / len(plain)}
    return rate(values, "unique_outputs normalised", n - len(plain), left_out(len(plain), n, "are empty"), parts)


def self_bleu(texts: Texts, n: int) -> Score:
    """Mean BLEU-4 of an output with up to 100 others as its references, in a seeded sample of 101."""
    from sacrebleu import __version__

    sample = random.Random(0).sample(list(texts), min(len(texts), SAMPLE + 1))
    signature = f"self_bleu BLEU-4 sample:{SAMPLE}x{SAMPLE} seed:0 words lower smooth:exp sacrebleu {__version__}"
    if len(sample) < 2:
        return too_few(signature, n)
    bleu = against_the_others([words[:LONGEST] for _, words in sample])
    values = [(example_id, value) for (example_id, _), value in zip(sample, bleu[:SAMPLE], strict=False)]
    return mean(
        values, signature, n - len(values), left_out(len(values), n, "are empty or not in the sample"), ends=SHARE
    )


def against_the_others(texts: Sequence[Sequence[str]]) -> list[float]:
    """sacrebleu's sentence BLEU (0..1) of each text with all others as references, n-grams counted once for all."""
    from sacrebleu.metrics.helpers import extract_all_word_ngrams

    grams = [extract_all_word_ngrams(" ".join(words), 1, 4)[0] for words in texts]
    most: dict[tuple[str, ...], list[int]] = {}
    for gram, times in (item for own in grams for item in own.items()):
        most[gram] = sorted((*most.get(gram, ()), times))[-2:]
    lengths = [len(words) for words in texts]
    return [bleu(own, most, lengths, number) for number, own in enumerate(grams)]


def bleu(
    own: Mapping[tuple[str, ...], int], most: Mapping[tuple[str, ...], list[int]], lengths: Sequence[int], number: int
) -> float:
    """Of the text `number`; `most` gives the two highest counts of an n-gram in any text, this one included."""
    from sacrebleu import BLEU

    correct, total = [0] * 4, [0] * 4
    for gram, times in own.items():
        elsewhere = most[gram][0 if times == most[gram][-1] else -1] if len(most[gram]) > 1 else 0
        correct[len(gram) - 1] += min(times, elsewhere)
        total[len(gram) - 1] += times
    others = [length for other, length in enumerate(lengths) if other != number]
    nearest = min(others, key=lambda length: (abs(length - lengths[number]), length))
    found = BLEU.compute_bleu(correct, total, lengths[number], nearest, smooth_method="exp", effective_order=True)
    return found.score / 100
