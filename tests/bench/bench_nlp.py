"""Accuracy and speed of nlp beside the usual baselines, all in one run on one core.

Run: taskset -c 0 .venv/bin/python tests/bench/bench_nlp.py [--embedding var/models/e5zh] [--skip-similarity]
Baselines: jieba.lcut for the whole analysis; jieba words with naive Bayes and scikit-learn's character tf-idf SVM
for the topics; snownlp and a character logistic regression for the tone. Without the open data only speed on
built-in sentences is measured, and it says so.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from nlp.learning import messages  # noqa: E402

OWN = ["天通苑北街路口的井盖翘起来了，骑车经过差点摔倒，晚上没有灯更危险，请尽快派人来修，谢谢。" * 5] * 50
LENGTH = 200
COLD = "import time; t = time.perf_counter(); import nlp; nlp.analyze('路灯坏了'); print(time.perf_counter() - t)"


def line(name: str, value: str) -> None:
    print(f"  {name:<58}{value:>24}", flush=True)


def best_of(work: Callable[[], Any], rounds: int = 3) -> float:
    """Return the seconds of the fastest of some rounds: the least disturbed one."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def details() -> list[str]:
    try:
        return [row["detail"].strip() for row in messages.rows("labelled_rows.csv") if row["detail"].strip()]
    except FileNotFoundError:
        return []


def whole_analysis(texts: Sequence[str]) -> None:
    import jieba

    import nlp

    print(f"analyze, whole, {len(texts)} messages cut to {LENGTH} characters")
    jieba.setLogLevel(60)
    jieba.initialize()
    nlp.analyze(texts[0])
    # Side by side in small turns, so that a busy neighbour slows both.
    ours = bare = 0.0
    for first in range(0, len(texts), 20):
        part = texts[first : first + 20]
        bare += best_of(lambda part=part: [jieba.lcut(text) for text in part])
        ours += best_of(lambda part=part: [nlp.analyze(text) for text in part])
    line("bare jieba.lcut", f"{len(texts) / bare:8.0f}/s")
    line("nlp.analyze", f"{len(texts) / ours:8.0f}/s")
    line("speed of analyze in shares of jieba.lcut (goal 0.4)", f"{bare / ours:8.2f}")
    line(
        "memory of this process by now",
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:6.0f} MB",
    )
    cold = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", COLD], cwd=ROOT, capture_output=True, text=True, check=True
    )
    line("first analysis of a new process (goal 2.5 s)", f"{float(cold.stdout):6.2f} s")


def accuracy() -> None:
    from nlp.learning import evaluation

    for name, title in evaluation.SETS.items():
        print(f"{name}: {title}")
        for figure in evaluation.evaluate(evaluation.load(name)):
            line(figure.name, str(figure).split(": ", 2)[-1])


def topics() -> None:
    import jieba
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    from nlp import topic
    from nlp.learning import training_topic

    print("topic7: accuracy by cross-validation (the card's), speed on bare details")
    card = topic.model().card["figures"]
    line("ours, macro-F1", f"{card['macro_f1']:.3f} {card['macro_f1_95']}")
    for name, speed in training_topic.against_baseline().items():
        line(f"{name}, messages a second", f"{speed:8.0f}")
    rows = [(row["detail"], row["label"]) for row in messages.rows("labelled_rows.csv")]
    apart = len(rows) // 5
    learner = make_pipeline(CountVectorizer(tokenizer=jieba.lcut, token_pattern=None), MultinomialNB())
    learner.fit([text for text, _ in rows[apart:]], [label for _, label in rows[apart:]])
    truth = [label for _, label in rows[:apart]]
    started = time.perf_counter()
    found = learner.predict([text for text, _ in rows[:apart]])
    seconds = time.perf_counter() - started
    from nlp.learning.evaluation import macro_f1

    line(
        "jieba and naive Bayes, macro-F1 on a fifth, speed",
        f"{macro_f1(list(zip(truth, found, strict=True))):.3f}  {apart / seconds:8.0f}/s",
    )


def tone() -> None:
    from nlp import sentiment
    from nlp.learning import training_sentiment

    print("sentiment: accuracy on a fifth of each source kept apart")
    for name, value in sentiment.model().card["figures"].items():
        if isinstance(value, float):
            line(f"ours, {name.replace('_', ' ')}", f"{value:.3f}")
    line("ours, texts a second in batch", f"{training_sentiment.speed():8.0f}")
    for name, value in training_sentiment.baseline().items():
        line(f"scikit-learn character regression, {name}", f"{value:.3f}")
    try:
        from snownlp import SnowNLP
    except ImportError:
        line("snownlp", "not installed: pip install snownlp==0.12.3")
        return
    _, apart = training_sentiment.divided(training_sentiment.texts())
    for name, samples in apart.items():
        told = [one for one in samples if training_sentiment.TONE_OF[one.label] != sentiment.NEUTRAL][:300]
        started = time.perf_counter()
        hits = [
            (SnowNLP(one.text).sentiments > 0.5)
            == (training_sentiment.TONE_OF[one.label] == sentiment.POSITIVE)
            for one in told
        ]
        speed = len(told) / (time.perf_counter() - started)
        line(f"snownlp, {name}, first {len(told)}", f"{sum(hits) / len(hits):.3f}  {speed:8.0f}/s")


def similar(embedding: Path | None) -> None:
    from nlp.learning import evaluation_similarity

    print("similarity")
    for figure in evaluation_similarity.figures(model=embedding):
        line(figure.name, str(figure).split(": ", 1)[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--embedding", type=Path, help="folder of the sentence embedding; without it characters only"
    )
    parser.add_argument("--skip-similarity", action="store_true", help="leave out the slow part (minutes)")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    print(f"{platform.machine()}, {cores} core(s) of {os.cpu_count()}, Python {platform.python_version()}")
    texts = [text[:LENGTH] for text in details() if len(text) >= LENGTH][:400]
    whole_analysis(texts or OWN)
    if not texts:
        print("the open messages are not here: accuracy was not measured")
        return
    accuracy()
    topics()
    tone()
    if not options.skip_similarity:
        similar(options.embedding)


if __name__ == "__main__":
    main()
