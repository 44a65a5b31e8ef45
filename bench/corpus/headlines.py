"""Builds the `headlines` dataset: the sentiment of financial news about invented companies."""

from random import Random

from bench.corpus.world import capitalised, table

INSTRUCTIONS = (
    "Classify the sentiment of the following financial news.",
    "What is the sentiment of this headline? Answer positive, neutral or negative.",
    "Is the following news positive, neutral or negative for the company?",
)
LABELS = ("positive", "neutral", "negative")
# Companies per split; each company stands in headlines of one split only.
COMPANIES = {"train": 47, "validation": 9, "test": 17}
# Headlines per company, of which about 29, 42 and 29 % are positive, neutral and negative.
HEADLINES = {"train": 16, "validation": 8, "test": 8}
MIXES = ((3, 2), (2, 3), (2, 2))
SEED = 15


def headline(rng: Random, label: str, company: str) -> str:
    """One headline about `company` whose news is `label`."""
    if rng.random() < 0.4:
        return _fill(rng, rng.choice(table("companies")[label]), company)
    return {"positive": _good, "negative": _bad, "neutral": _no_news}[label](rng, company)


def company_name(rng: Random, stem: str) -> str:
    return f"{stem} {rng.choice(table('companies')['branches'])}"


def build() -> list[dict]:
    """All rows, numbered; the same list on every call."""
    stems = iter(Random(SEED).sample(table("companies")["stems"], sum(COMPANIES.values())))
    rows: list[dict] = []
    for split, companies in COMPANIES.items():
        rng = Random(f"{split}-{SEED}")
        part = [row for _ in range(companies) for row in _company_rows(rng, next(stems), split)]
        rng.shuffle(part)
        rows += part
    return [{"id": f"headlines-{number:04}"} | row for number, row in enumerate(rows, start=1)]


def _labels(rng: Random, headlines: int) -> list[str]:
    """A mix of labels for every eight headlines."""
    mixes = [rng.choice(MIXES) for _ in range(headlines // 8)]
    good, bad = (sum(counts) for counts in zip(*mixes, strict=True))
    return ["positive"] * good + ["neutral"] * (headlines - good - bad) + ["negative"] * bad


def _company_rows(rng: Random, stem: str, split: str) -> list[dict]:
    company, texts = company_name(rng, stem), set()
    rows = []
    for label in _labels(rng, HEADLINES[split]):
        text = headline(rng, label, company)
        while text in texts:
            text = headline(rng, label, company)
        texts.add(text)
        rows.append(_row(rng, label, text, stem, split))
    return rows


def _row(rng: Random, label: str, text: str, stem: str, split: str) -> dict:
    return {
        "split": split,
        "instruction": rng.choice(INSTRUCTIONS),
        "input": text,
        "response": label,
        "category": "sentiment",
        "difficulty": "hard" if " but " in text or "lthough " in text else "medium",
        "source": f"company:{stem}",
        "expect": "answer",
        "kind": "plain",
        "checks": [{"kind": "equals", "value": label}, {"kind": "one_of", "values": list(LABELS)}],
        "label": label,
    }


def _fill(rng: Random, template: str, company: str) -> str:
    tables = table("companies")
    city = rng.choice(table("geography")["countries"])[1]
    return template.format(company=company, product=rng.choice(tables["products"]), n=rng.randint(3, 30), city=city)


def _move(rng: Random, good: bool) -> str:
    """A figure that went the good or the bad way, such as "profit rose by 12 percent" or "debt fell"."""
    tables = table("companies")
    figure = rng.choice(tables["gains"] if rng.random() < 0.65 else tables["burdens"])
    verb = rng.choice(tables["up"] if (figure in tables["gains"]) == good else tables["down"])
    amount = "" if verb.startswith("more") or rng.random() < 0.4 else f" by {rng.randint(2, 40)} percent"
    return f"{figure} {verb}{amount}"


def _told(rng: Random, company: str, news: str) -> str:
    period = rng.choice(table("companies")["periods"])
    ways = [
        f"{company} said {news} {period}",
        f"{capitalised(news)} at {company} {period}",
        f"{company}: {news}",
    ]
    return rng.choice(ways if news.startswith("although") else [*ways, f"{capitalised(period)} {news} at {company}"])


def _turn(rng: Random, good: bool) -> str:
    """Two moves of which the main clause decides."""
    minor, major = _move(rng, not good), _move(rng, good)
    return rng.choice((f"{minor}, but {major}", f"although {minor}, {major}"))


def _good(rng: Random, company: str) -> str:
    return _told(rng, company, _turn(rng, True) if rng.random() < 0.25 else _move(rng, True))


def _bad(rng: Random, company: str) -> str:
    return _told(rng, company, _turn(rng, False) if rng.random() < 0.25 else _move(rng, False))


def _no_news(rng: Random, company: str) -> str:
    tables = table("companies")
    figure = rng.choice(tables["gains"] + tables["burdens"])
    return _told(rng, company, f"{figure} {rng.choice(tables['flat'])}")
